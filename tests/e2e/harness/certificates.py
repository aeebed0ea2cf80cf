"""What a RADIUS server and its clients need, made by openssl once for all tests of a file."""
import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile


def openssl(place, *arguments):
    subprocess.run(["openssl", *arguments], cwd=place, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def new_key(place, name, subject, *more):
    openssl(place, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-subj", "/CN=" + subject,
            "-out", name + (".pem" if "-x509" in more else ".csr"), *more)


@functools.lru_cache(maxsize=None)
def made():
    """The folder: ca.pem, server.pem/.key, client.pem/.key, other-ca.pem; `users` and `clients` for hostapd."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    for name in ("ca", "other-ca"):
        new_key(place, name, name, "-x509", "-days", "30")
    for name in ("server", "client"):
        new_key(place, name, name)
        usage = place / (name + ".ext")
        usage.write_text(f"extendedKeyUsage={name}Auth\n")
        openssl(place, "x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                "-extfile", usage.name, "-out", name + ".pem")
    (place / "users").write_text('"client" TLS\n"someone" PEAP,TTLS\n"someone" MSCHAPV2,TTLS-PAP "secret" [2]\n')
    (place / "clients").write_text("127.0.0.1/32 radius\n")
    return place
