import json

print(json)