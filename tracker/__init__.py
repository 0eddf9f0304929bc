"""Where does every patch stand, and whose turn is it?"""

__version__ = "0.1.0"
