"""Fills folders with modules and shared libraries that leave a mark when they are run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

OWN = ("scrubber", "cli", "script", "sitecustomize", "usercustomize", "__mp_main__", "_pytest")
LIBRARIES = """
    ld-linux-x86-64.so.2 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libutil.so.1 libresolv.so.2
    libstdc++.so.6 libgcc_s.so.1 libz.so.1 libbz2.so.1.0 libbz2.so.1 liblzma.so.5 libffi.so.8 libffi.so.7 libcrypto.so.3
    libssl.so.3 libsqlite3.so.0 libuuid.so.1 libexpat.so.1 libcrypt.so.1 libtinfo.so.6 libncursesw.so.6 libreadline.so.8
    libGL.so.1 libEGL.so.1 libGLESv2.so.2 libGLdispatch.so.0 libGLX.so.0 libX11.so.6 libxcb.so.1 libXau.so.6
    libXdmcp.so.6 libglib-2.0.so.0 libgthread-2.0.so.0 libpcre2-8.so.0 libpcre.so.3 libbsd.so.0 libmd.so.0
    libjansson.so.4 libctf.so.0 libbfd.so libopcodes.so libzstd.so.1 libgmp.so.10 libmpfr.so.6 libmpc.so.3 libisl.so.23
    libgomp.so.1 libomp.so.5 libiomp5.so libOpenCL.so.1 libOpenCL.so libcuda.so.1 libtbb.so.12 libportaudio.so.2
    libportaudio.so libopencv_core_parallel_tbb.so libopencv_core_parallel_openmp.so libnss_files.so.2 libnss_dns.so.2
""".split()
"""What Python, the packages and a linker name in their headers or open later; those found by `readelf` come on top."""
SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void run(void)
{
    Dl_info self;
    int marks = open(MARKS, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (dladdr((void *)run, &self) && write(marks, self.dli_fname, strlen(self.dli_fname)) > 0)
        write(marks, "\\n", 1);
    close(marks);
}
"""


@dataclass(frozen=True)
class Plants:
    """`marks` names whatever was run, a line each."""

    marks: Path

    def that_ran(self) -> list[str]:
        return self.marks.read_text().splitlines() if self.marks.exists() else []

    def modules_into(self, folder: Path) -> None:
        """Everything that Python has, that is installed here, and that scrubber itself is called."""
        installed = {name for name in metadata.packages_distributions() if name.isidentifier()}
        for name in sorted({*sys.stdlib_module_names, *installed, *OWN}):
            text = f"open({str(self.marks)!r}, 'a').write({name!r} + '.py\\n')\nraise SystemExit('planted')\n"
            (folder / f"{name}.py").write_text(text)

    def libraries_into(self, folder: Path) -> None:
        """What is in `LIBRARIES`, and what any installed extension module asks for. Needs gcc and readelf."""
        source, built = self.marks.with_name("plant.c"), self.marks.with_name("plant.so")
        if not built.exists():
            source.write_text(SOURCE)
            words = ["gcc", "-shared", "-fPIC", f'-DMARKS="{self.marks}"', "-o", built, source]
            subprocess.run([str(word) for word in words], check=True, capture_output=True)
        for name in {*LIBRARIES, *needed_libraries()}:
            shutil.copy(built, folder / name)


def needed_libraries() -> set[str]:
    """The names of libraries (DT_NEEDED) that extension modules of Python and of the packages ask for."""
    import cv2
    import numpy

    import ssl  # isort: skip

    places = {Path(str(module.__file__)).parent for module in (cv2, numpy)} | {
        Path(ssl.__file__).parent / "lib-dynload"
    }
    files = [str(file) for place in places for file in place.parent.glob(f"{place.name}/**/*.so*")]
    told = subprocess.run(["readelf", "-d", *files], capture_output=True, text=True, check=False).stdout
    return {line.split("[")[1].rstrip("]") for line in told.splitlines() if "(NEEDED)" in line}
