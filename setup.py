"""What pre-commit installs for the hooks of `language: python`: the wheel of the same version, and nothing else.

It stands here because pre-commit looks at the top of the repository. packaging/python is what the wheel is made of.
"""

from setuptools import setup

setup(name="keytrail-hooks", version="0.1.0", py_modules=[], install_requires=["keytrail==0.1.0"])
