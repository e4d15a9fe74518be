"""Helpers of the tokens plug-in; the name is as common as can be.

SPDX-License-Identifier: MIT
"""

AUTHOR = "Grace"
