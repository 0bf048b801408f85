"""Start `ivr.drivers.survival` quickly: run as a file by ``python -S``, so that no site set-up is paid for.

Finds the project by its own place and pyst2 beside the interpreter (a virtual environment or an installed Python);
only if it is not there, the ordinary search is set up.
"""

import sys
from pathlib import PurePath


def _paths() -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path[0] = str(PurePath(__file__).parents[2])
    sys.path.append(str(PurePath(sys.executable).parents[1] / "lib" / version / "site-packages"))


def main() -> int:
    """Set the paths, then run the driver."""
    _paths()
    try:
        from ivr.drivers.survival import main as run
    except ModuleNotFoundError:
        import site

        site.main()
        from ivr.drivers.survival import main as run
    return run()


if __name__ == "__main__":
    sys.exit(main())
