"""What a person touches: the command line, the web page and the interfaces."""

from ui.config import Settings, load_settings

__all__ = ["Settings", "load_settings"]
