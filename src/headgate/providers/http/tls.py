"""What a target says about certificates, and what a failed handshake means in its words."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from headgate.errors import Rejected

# X509_V_ERR_*: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_NOT_YET_VALID, _EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 62, 64

_UNTRUSTED = (
    "`ca` of the target names the PEM file of the authority that signed the server's certificate; "
    "`verify: false` accepts any server, also one that is not yours"
)
_WRONG_NAME = (
    "use the name in the certificate as the host of the target's url; `ca` does not change this, and "
    "`verify: false` accepts any server, also one that is not yours"
)
_WRONG_TIME = (
    "renew the server's certificate, or set this machine's clock right; `ca` does not change this, and "
    "`verify: false` accepts any server, also one that is not yours"
)
_NO_TLS = "the server does not answer with TLS there: is the target's url http:// with this port?"
_NO_AGREEMENT = (
    "the server ended the handshake: does it ask for a client certificate (`cert` and `key` of a flink target)? "
    "`ca` and `verify` are about its certificate and do not change this"
)


@dataclass(frozen=True, slots=True)
class Tls:
    """`ca` is a PEM bundle to trust instead of the system's; `cert` and `key` are PEM files for mTLS."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True

    def context(self) -> ssl.SSLContext | None:
        """What to make connections with, None for the default. Raises `Rejected` naming the file that does not do."""
        if not (self.ca or self.cert) and self.verify:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
        except (OSError, ssl.SSLError) as problem:
            raise Rejected(f"`ca` names a file that cannot be used: {problem}", where=self.ca) from problem
        if self.cert:
            try:
                # Without a password OpenSSL asks the terminal for that of an encrypted key, in the middle of a plan.
                context.load_cert_chain(self.cert, self.key or None, password=lambda: "")
            except (OSError, ssl.SSLError) as problem:
                files = ", ".join(file for file in (self.cert, self.key) if file)
                hint = "PEM files that belong together, the key without a passphrase"
                refusal = f"`cert` and `key` name files that cannot be used: {problem}"
                raise Rejected(refusal, where=files, hint=hint) from problem
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def hint_of(problem: BaseException) -> str:
    """The next move for a failed handshake; empty if that is not what it was."""
    trouble = _ssl_error(problem)
    if isinstance(trouble, ssl.SSLCertVerificationError):
        if trouble.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
            return _WRONG_NAME
        return _WRONG_TIME if trouble.verify_code in (_NOT_YET_VALID, _EXPIRED) else _UNTRUSTED
    if trouble is None or isinstance(trouble, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ""  # the connection ended, as any may
    no_tls = trouble.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
    return _NO_TLS if no_tls else _NO_AGREEMENT


def _ssl_error(problem: BaseException | None) -> ssl.SSLError | None:
    while problem is not None:
        if isinstance(problem, ssl.SSLError):
            return problem
        problem = problem.__cause__ or problem.__context__
    return None
