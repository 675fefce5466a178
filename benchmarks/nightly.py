"""How many lists of suggestions a night run makes per second, for 1,000 members.

    python -m benchmarks nightly                 # the starter library, the default model
    python benchmarks/nightly.py --members 200 --model hashing
    python benchmarks/nightly.py --model hashing --works ../shared/data/library/works

With `--works` the library is the starter and so many files of that folder that
it has about 10,000 passages (`--passages`); hashed words stand for the model,
since embedding them takes hours and later nights encode nothing. Members have what members have: a sentence, roles, interests, notes, and some
of them reflections, deeds and steers. Lists are made as in the night, one
transaction each, by one process; the first run has to compute the vectors of
the members' words, the second (another day) finds them beside the words.
Printed beside one `suggest` call with the same profile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import intake, starter
from corpus.library import Library
from models.load import DEFAULT_MODEL, load_model
from recommender import suggest
from recommender.indexing import sync_library
from webapp import create_app, migrations
from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import actions as members
from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections.tables import Reflection
from webapp.resources import resources
from webapp.settings import Settings
from webapp.suggestions import nightly
from webapp.suggestions.actions import COUNT, profile_for
from webapp.suggestions.tables import DayList, Steer

NOW = dt.datetime(2026, 5, 4, 2, 0, tzinfo=dt.UTC)
STEP = 25  # lists between two steps of the bar
BYTES_OF_A_PASSAGE = 1_100  # roughly, of a text file
SAMPLED = 50  # members whose profile one `suggest` call is timed with


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--works", type=Path, help="a folder of texts beside the starter's")
    parser.add_argument("--passages", type=int, default=10_000, help="about so many with --works")
    parser.add_argument("--models", type=Path, default=Settings().models_folder)
    asked = parser.parse_args()
    model = load_model(asked.model, asked.models)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(data=data, model=asked.model)
        sources = [starter.folder()]
        if asked.works:
            sources.append(some_works(asked.works, asked.passages, data / "works"))
        intake.build(settings.library_path, sources)
        with Library.open(settings.library_path) as library:
            sync_library(settings.index_folder, library, model)
        app = create_app(settings, model=model, TESTING=True, NOW=NOW)
        with app.app_context():
            migrations.upgrade()
            people = populate(asked.members)
            measure(people)
            db.session.rollback()
            db.engine.dispose()
        app.extensions["xinde_resources"].close()
    return 0


def some_works(folder: Path, passages: int, into: Path) -> Path:
    """A folder with so many of the texts, in seeded order, that they give about so
    many passages; the same ones every time."""
    into.mkdir()
    files = sorted(path for path in folder.iterdir() if path.suffix in (".md", ".txt"))
    random.Random(2).shuffle(files)
    room = passages * BYTES_OF_A_PASSAGE
    for file in files:
        if file.stat().st_size <= room:
            room -= file.stat().st_size
            shutil.copyfile(file, into / file.name)
    return into


def populate(number: int) -> list[tuple[str, str]]:
    """Members with their words and deeds, the same ones every time; their keys."""
    drawn = random.Random(1)
    library = resources().library
    texts = [t for page in pages(library) for t in page]
    passages = {t.slug: library.passages(t.slug) for t in texts}
    themes = list(library.themes())
    founded = members.found_organisation(
        db.session, name="Many", language="en", roles=roles(), now=NOW
    )
    role_ids = [role["id"] for role in roles()]
    keys = []

    def words(sentences: int) -> str:
        """Sentences out of passages: as long and as varied as people's own."""
        found = []
        for _sentence in range(sentences):
            passage = drawn.choice(passages[drawn.choice(texts).slug])
            found.append(passage.text.split(". ")[0].split("。")[0][:200] + ".")
        return " ".join(found)

    for count in tqdm(range(number), desc="members", leave=False):
        with change(db.session) as session:
            member = members.new_member(
                session, founded.id, member_id=new_id(), name=f"Member {count}", email=None,
                password_hash=None, language=drawn.choice(("en", "zh")), now=NOW,
            )  # fmt: skip
            key = {"organisation_id": founded.id, "member_id": member.id}
            keys.append((founded.id, member.id))
            member.welcomed_at = NOW
            member.interests = drawn.sample(themes, min(2, len(themes)))
            if drawn.random() < 0.8:
                member.working_on, member.working_on_at = words(1)[:300], NOW
            for _note in range(drawn.choice((0, 1, 2))):
                session.add(
                    Note(id=new_id(), body=words(5), created_at=NOW, updated_at=ago(drawn), **key)
                )
            for _essay in range(drawn.choice((0, 0, 1))):
                session.add(
                    Reflection(
                        id=new_id(), title="T", body=words(12), text_slug=drawn.choice(texts).slug,
                        created_at=NOW, updated_at=ago(drawn), **key,
                    )
                )  # fmt: skip
            for text in drawn.sample(texts, min(6, len(texts))):
                reading = passages[text.slug][0].id
                session.add(
                    Deed(
                        id=new_id(), kind=drawn.choice(("read", "saved", "set_aside")),
                        reading_id=reading, reading_group=text.slug, at=ago(drawn), **key,
                    )
                )  # fmt: skip
            if drawn.random() < 0.3:
                reading = passages[drawn.choice(texts).slug][0].id
                session.add(
                    Steer(id=new_id(), kind=drawn.choice(("more", "less")), target=reading,
                          at=ago(drawn), **key)
                )  # fmt: skip
        members.change_profile(
            db.session, founded.id, keys[-1][1], now=NOW, roles=[drawn.choice(role_ids)]
        )
    return keys


def pages(library: Library):
    after = None
    while True:
        page = library.texts(after=after, limit=500)
        yield page.items
        after = page.next
        if after is None:
            return


def ago(drawn: random.Random) -> dt.datetime:
    return NOW - dt.timedelta(days=drawn.uniform(0, 13))


def roles() -> list[dict[str, str]]:
    return [
        {
            "id": r.id, "name_en": r.name("en"), "name_zh": r.name("zh"),
            "duties_en": r.description("en"), "duties_zh": r.description("zh"),
        }
        for r in starter.roles()
    ]  # fmt: skip


def measure(people: list[tuple[str, str]]) -> None:
    found, size = resources(), resources().index.snapshot().size
    print(f"{len(people):,} members, {size:,} passages, model {found.model.name}")
    rates = []
    for number, title in enumerate(("first night (vectors of own words too)", "later nights")):
        day = NOW.date() + dt.timedelta(days=number)
        now = NOW + dt.timedelta(days=number)
        began, done = time.perf_counter(), 0
        with tqdm(total=len(people), desc=title, leave=False) as bar:
            while made := nightly.lists_for(found, day=day, now=now, most=STEP):
                done += made
                bar.update(made)
        rates.append(done / (time.perf_counter() - began))
        print(f"{title}: {done:,} lists, {rates[-1]:.1f} lists per second")
    kept = db.session.scalar(sa.select(sa.func.count()).select_from(DayList))
    print(f"lists kept: {kept:,}")
    print(f"one list / one suggest call: {1 / rates[-1] / one_suggest(people):.2f}")


def one_suggest(people: list[tuple[str, str]]) -> float:
    """Seconds of one `suggest` call, the middle one of some members."""
    found, taken = resources(), []
    for key in people[:: max(1, len(people) // SAMPLED)]:
        member = db.session.get(Member, key)
        assert member is not None
        profile = profile_for(db.session, member, found, day=NOW.date())
        db.session.rollback()
        began = time.perf_counter()
        suggest(
            found.index, found.model, profile, day=NOW.date(), count=COUNT,
            together=found.together,
        )  # fmt: skip
        taken.append(time.perf_counter() - began)
    middle = statistics.median(taken)
    print(f"one suggest call: {middle * 1000:.1f} ms")
    return middle


if __name__ == "__main__":
    sys.exit(main())
