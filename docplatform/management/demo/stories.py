"""What the newsroom is working on: who, in which project, which document, and what stands in it."""

from dataclasses import dataclass, field

from documents.choices import Access


@dataclass(frozen=True)
class Person:
    """Somebody of the newsroom."""

    username: str
    name: str
    organization: str
    admin: bool = False


@dataclass(frozen=True)
class Folder:
    """A project: whose it is, and who else works on it."""

    title: str
    description: str
    owner: str
    viewers: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A document and how it is made."""

    title: str
    owner: str
    kind: str
    text: str
    access: Access = Access.PRIVATE
    folder: str = ""
    language: str = "eng"
    source: str = ""
    description: str = ""
    data: dict[str, list[str]] = field(default_factory=dict)

    @property
    def extension(self) -> str:
        """The ending of the file's name."""
        return "pdf" if self.kind == "scan" else self.kind


TIMES, RADIO = "The Harbour Times", "Inland Radio"
WATER, POOL, LEASE = "Bad water in Northmarket", "The swimming hall", "Who owns the quay?"

PEOPLE = (
    Person("mira", "Mira Lindqvist", TIMES, admin=True),
    Person("joseph", "Joseph Okafor", TIMES),
    Person("ana", "Ana Duarte", TIMES),
    Person("karim", "Karim Haddad", RADIO, admin=True),
    Person("lotte", "Lotte Brandt", RADIO),
    Person("wen", "Wen Zhao", RADIO),
)
FOLDERS = (
    Folder(WATER, "Brown water, blue letters: what the city knew.", "mira", viewers=("karim",), editors=("joseph",)),
    Folder(POOL, "Eleven million, and still no roof.", "karim", viewers=("ana",), editors=("lotte",)),
    Folder(LEASE, "The lease of 1987 and those who live from it.", "joseph", editors=("wen",)),
)

CLAUSES = (
    "The tenant keeps the quay, the cranes and the rails in working order at its own cost.",
    "The rent is paid on the first working day of a quarter and follows the index of consumer prices.",
    "The city may enter the grounds at any time to inspect sluices, sewers and the fire main.",
    "Dangerous goods are stored only in the eastern shed, and never more than forty tonnes of them.",
    "Subletting needs the written consent of the harbour board, which may be withdrawn within a year.",
    "At the end of the lease the grounds are handed back cleared, and the soil is sampled at twelve places.",
)
LEASE_TEXT = "\f".join(
    f"LEASE OF THE NORTH QUAY, PART {part}\n\n"
    + "\n\n".join(f"{part}.{number} {clause}" for number, clause in enumerate(CLAUSES, 1))
    for part in range(1, 9)
)
MINUTES = (
    "CITY COUNCIL OF NORTHMARKET\nMinutes of the meeting of 14 March\n\n"
    "Present: Mayor Ellen Fairbank, twenty-one councillors, the director of the water works, Mr Tobias Renn.\n\n"
    "1. The mayor opens the meeting at 18:05. The minutes of February are approved without a vote.\n\n"
    "2. Mr Renn reports that lead was found in the tap water of three schools. The limit was exceeded twice. "
    "Councillor Osei asks since when this has been known. Mr Renn answers: since October.\n\n"
    "3. The council decides, 14 to 7, to replace the pipes in Mill Street before the summer.\f"
    "4. Swimming hall. The architect's bill of 412,000 is put off until the auditors have reported.\n\n"
    "5. Questions from the public. Mrs Adler wants to know who pays for bottled water. The mayor will write to her.\n\n"
    "The meeting ends at 21:40."
)

PAPERS = (
    Paper(
        "City council minutes, 14 March",
        "mira",
        "pdf",
        MINUTES,
        Access.PUBLIC,
        WATER,
        source="City of Northmarket",
        data={"_tag": ["council", "water"], "year": ["2026"]},
    ),
    Paper(
        "Letter from the water works",
        "joseph",
        "scan",
        "NORTHMARKET WATER WORKS\n\nTo the headmistress of Mill Street School\n\nDear Mrs Calloway,\n\n"
        "the sample that was taken in your kitchen on 9 October held 31 micrograms of lead in a litre. "
        "The limit is 10. Please let the taps run for five minutes every morning, and do not use the water for "
        "the soup.\n\nWe ask you to treat this letter as confidential.\n\nYours sincerely,\nTobias Renn, director",
        Access.PUBLIC,
        WATER,
        source="A parent",
        data={"_tag": ["water", "leak"]},
    ),
    Paper(
        "Water samples, October to March",
        "joseph",
        "csv",
        "place  date  lead in micrograms\nMill Street School  2025-10-09  31\nMill Street School  2025-11-12  28\n"
        "Harbour Kindergarten  2025-11-12  4\nTown Hall  2025-12-01  12\nMill Street School  2026-03-02  29",
        Access.ORGANIZATION,
        WATER,
        data={"_tag": ["water"], "kind": ["measurements"]},
    ),
    Paper(
        "Questions for Mr Renn",
        "ana",
        "txt",
        "Questions for Tobias Renn\n\n- Who decided in October that the parents should not be told?\n"
        "- How many metres of lead pipe are left in Mill Street?\n- Why was the sample of December not published?\n",
        Access.PRIVATE,
        description="For the interview on Thursday.",
    ),
    Paper(
        "Contract for the roof of the swimming hall",
        "karim",
        "docx",
        "CONTRACT\nbetween the City of Northmarket and Halvorsen Roofing Ltd\n\n"
        "1. The contractor builds a roof of laminated timber over the swimming hall.\n"
        "2. The price is 2,850,000, to be paid in four parts.\n"
        "3. The work is finished on 30 September. For every week of delay 1 per cent of the price is deducted.\n",
        Access.ORGANIZATION,
        POOL,
        data={"_tag": ["contract"]},
    ),
    Paper(
        "Inspection of the building site",
        "lotte",
        "tif",
        "BUILDING INSPECTORATE\nReport on the swimming hall, page 1\n\nThe beams over the large pool lie in the rain "
        "without cover. The moisture of the wood is 31 per cent; 18 are allowed.\f"
        "Report on the swimming hall, page 2\n\nThe work is stopped until the beams are dry. Signed: P. Ivers",
        Access.PUBLIC,
        POOL,
        source="Building inspectorate",
        data={"_tag": ["inspection"]},
    ),
    Paper(
        "Budget of the swimming hall",
        "lotte",
        "odt",
        "Budget of the swimming hall, third revision\n\nGround and foundations: 1,900,000\n"
        "Pools and technology: 4,200,000\nRoof: 2,850,000\nArchitects: 1,130,000\nReserve: none\n\n"
        "Sum: 10,080,000. The council approved 7,400,000.",
        Access.PUBLIC,
        POOL,
    ),
    Paper(
        "Receipt from the inauguration",
        "wen",
        "jpg",
        "HOTEL ANKER\nNorthmarket, Quay 3\n\n38 dinners, three courses    2,964.00\nWine    1,120.50\n"
        "Service    250.00\n\nTOTAL    4,334.50\n\nPaid by: City of Northmarket, swimming hall",
        Access.PRIVATE,
        POOL,
        description="Found in the file of the roof.",
    ),
    Paper(
        "Lease of the north quay",
        "joseph",
        "pdf",
        LEASE_TEXT,
        Access.PUBLIC,
        LEASE,
        source="Harbour board",
        data={"_tag": ["lease", "harbour"], "year": ["1987"]},
    ),
    Paper(
        "Residents against the night shift",
        "wen",
        "rtf",
        "To the harbour board\n\nWe, the undersigned, live behind the north quay. Since August the cranes run all "
        "night. Nobody sleeps. The lease says that loading ends at ten.\n\n"
        "Seventy-two signatures – a list is enclosed.",
        Access.PUBLIC,
        LEASE,
        data={"_tag": ["harbour"]},
    ),
    Paper(
        "Press release of the harbour board",
        "karim",
        "html",
        "The quay is in good hands\nThe harbour board has looked into the complaints of some residents.\n"
        "The tenant, North Quay Holding, keeps to the lease in every respect.\nNight work is an exception & stays one.",
        Access.PUBLIC,
        LEASE,
        source="Harbour board",
    ),
    Paper(
        "Procès-verbal du conseil d'administration",
        "ana",
        "png",
        "NORTH QUAY HOLDING S.A.\nProcès-verbal de la réunion du 3 février\n\nLe conseil décide de sous-louer le "
        "hangar est à la société Delmas. Le loyer est fixé à 18 000 euros par mois. La ville n'en sera pas informée.",
        Access.PRIVATE,
        LEASE,
        language="fra",
        data={"_tag": ["lease", "leak"]},
    ),
)
