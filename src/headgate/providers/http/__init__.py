"""The one door to the network: sends requests and sorts what went wrong by what may have happened.

Queries are encoded here, once, by RFC 3986, and bodies are made to bytes once, so that what is signed is what is sent.
Reads are repeated with jittered backoff. A write is repeated only if its caller says that asking twice does it once
(`repeatable`); any other write whose reply is lost ends in `OutcomeUnknown`, and the caller observes first.
No answer is trusted to end: its size and its time are bounded (`body`, `deadline`).

`api` is what adapters use; `request` is what is sent, `request_log` a line for each, `tls` what a target says about
certificates, `pace` how fast. `connections` puts httpx on sockets that keep the deadline. httpx is used in this package
and nowhere else.
"""

from headgate.providers.answer_fields import NotFound, Reply, Unauthorised
from headgate.providers.http.api import Api, Judge, Signer
from headgate.providers.http.request import Asked, Outgoing, encoded
from headgate.providers.http.tls import Tls

# What adapters need of the door, in one place.
__all__ = ["Api", "Asked", "Judge", "NotFound", "Outgoing", "Reply", "Signer", "Tls", "Unauthorised", "encoded"]
