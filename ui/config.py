"""All settings in one frozen value: `verbatim.toml`, with `VERBATIM_SECTION__KEY` in the environment over it.

Each package owns its section; this module only joins them, and turns what pydantic says of a bad value
into one clear error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from eval.config import EvalConfig
from index.config import IndexConfig, ModelsConfig, Section, StoreConfig
from index.errors import ConfigError
from rag.config import RagConfig

CONFIG_FILE = Path("verbatim.toml")


class Example(Section):
    """A question that the empty page offers, and the kind of answer that it shows."""

    kind: Annotated[str, Field(max_length=40)]
    question: Annotated[str, Field(min_length=1, max_length=200)]


SEED_EXAMPLES = (
    Example(kind="Sources disagree", question="Has North Korea supplied weapons to Russia?"),
    Example(kind="Timeline", question="How did South Korea’s statements on North Korean weapons change?"),
    Example(kind="Single fact", question="How many containers were reportedly shipped?"),
    Example(kind="Not in the articles", question="Which ports were used for the shipments?"),
)


class UiConfig(Section):
    """The settings of `[ui]`: where the page is served and how much it accepts."""

    host: str = "127.0.0.1"
    """The address to serve on; anything but a loopback address needs `allow_remote`."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 7860
    """The port; 0 takes a free one."""
    allow_remote: bool = False
    """Serve on an address that other machines reach. There is no log-in: put one in front."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names, besides those of the loopback, under which the page may be asked for."""
    questions_a_minute: Annotated[int, Field(ge=1, le=10_000)] = 30
    """Questions that one client may ask in a minute."""
    waiting: Annotated[int, Field(ge=1, le=1_000)] = 32
    """Questions that may wait in line; further ones are told to come back."""
    feedback: Path = Path(".verbatim/feedback.jsonl")
    """The file that reported answers are appended to."""
    upload: bool | None = None
    """Whether articles may be added and removed on the page; None allows it unless `allow_remote` is set."""
    uploads: Path = Path(".verbatim/uploads")
    """The folder in which files that were added on the page are kept."""
    examples: Annotated[tuple[Example, ...], Field(max_length=8)] | None = None
    """Questions that the empty page offers. None offers some that the corpus answers."""

    @property
    def may_upload(self) -> bool:
        """Whether articles may be added and removed on the page."""
        return not self.allow_remote if self.upload is None else self.upload


class Settings(BaseSettings):
    """Every effective setting, by section."""

    model_config = SettingsConfigDict(
        env_prefix="VERBATIM_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    index: IndexConfig = IndexConfig()
    store: StoreConfig = StoreConfig()
    models: ModelsConfig = ModelsConfig()
    rag: RagConfig = RagConfig()
    eval: EvalConfig = EvalConfig()
    ui: UiConfig = UiConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line over environment over file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, CONFIG_FILE)


def load_settings(**sections: dict[str, Any]) -> Settings:
    """Read the settings; `sections` lie over everything else.

    Raises ConfigError, naming each setting that is unknown or out of bounds.
    """
    try:
        return Settings(**sections)  # type: ignore[arg-type]  # pydantic turns each dict into its section
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ConfigError(f"Settings that can't be used: {found}. `verbatim config` lists all settings.") from None
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{CONFIG_FILE} can't be read: {error}. Mend it, or move it away to use the defaults."
        ) from None
