"""Access and refresh tokens: what they say, and whether they still count."""

from typing import Any

from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from organizations.models import User

EPOCH = "epoch"


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


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token>`. A bad token is an error even where none is needed."""

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
