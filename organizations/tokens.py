"""Access tokens, refresh tokens and API keys: what they say, and whether they still count."""

from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from organizations import keys, scopes
from organizations.models import ApiKey, User
from organizations.permissions import ANONYMOUS, Person

EPOCH = "epoch"
FOUND = "docplatform.bearer"


def pair(user: User) -> dict[str, str]:
    """A refresh token and an access token, valid until they expire or the person signs out everywhere."""
    refresh = RefreshToken.for_user(user)
    refresh[EPOCH] = user.token_epoch
    return {"refresh": str(refresh), "access": str(refresh.access_token)}


def refreshed(text: str) -> dict[str, str]:
    """A new pair for a refresh token; TokenError when it does not count any more."""
    try:
        user = person(RefreshToken(text))  # type: ignore[arg-type]  # the library takes the encoded token
    except RecursionError as error:  # the head of a token is JSON that anybody can write
        raise TokenError("Token is invalid") from error
    if user is None:
        raise TokenError("Token is invalid")
    return pair(user)


def person(token: Token) -> User | None:
    """Whose token it is, as long as they are active and did not sign out everywhere since."""
    return User.objects.filter(uuid=token.get("user_id"), token_epoch=token.get(EPOCH), is_active=True).first()


def caller(request: HttpRequest) -> Person:
    """Who sends the request, as far as it can be told before a view is asked: whoever errs is a stranger."""
    if request.user.is_authenticated:
        return request.user
    try:
        found = BearerAuthentication().credentials(request)
    except APIException:
        found = None
    return found[0] if found else ANONYMOUS


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer` and an access token or an API key. A bad one is an error even where none is needed."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The person with the token or the key, which must have the scope that the view needs."""
        found = self.credentials(request._request)
        if found and isinstance(found[1], ApiKey):
            keys.note_use(found[1])
            scopes.check(found[1], request.parser_context["view"], request.method or "")
        return found

    def credentials(self, request: HttpRequest) -> tuple[Any, Any] | None:
        """Who it is. The rate limit asks before the view does: it is looked up once for both."""
        if FOUND not in request.META:
            try:
                request.META[FOUND] = self._look_up(request)
            except APIException as error:
                request.META[FOUND] = error
        found: tuple[Any, Any] | APIException | None = request.META[FOUND]
        if isinstance(found, APIException):
            raise found
        return found

    def _look_up(self, request: Any) -> tuple[Any, Any] | None:
        raw = self.get_raw_token(self.get_header(request) or b"")
        if raw is None or not raw.startswith(keys.PREFIX.encode()):
            return super().authenticate(request)
        key = keys.find(raw.decode("latin-1"))
        if key is None:
            raise _invalid()
        return key.user, key

    def get_validated_token(self, raw_token: bytes) -> Token:
        """The token, if its signature and its times are right."""
        try:
            return super().get_validated_token(raw_token)
        except RecursionError as error:
            raise _invalid() from error

    def get_user(self, validated_token: Token) -> Any:
        """The person; clients read `token_not_valid` as a sign to refresh or to sign in again."""
        user = person(validated_token)
        if user is None:
            raise _invalid()
        return user


def _invalid() -> InvalidToken:
    message = {"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}
    return InvalidToken({"detail": "Given token not valid for any token type", "messages": [message]})
