# Nothing is attached here.
