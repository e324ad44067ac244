"""SQLAlchemy: a table of states beside your own models, written with the events or not at all."""

from datetime import datetime

from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from incidentcore import Incident, advance
from incidentcore.adapters.sqlalchemy import SqlAlchemyStore


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    state: Mapped[str]
    version: Mapped[int]


class Desk:
    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        Base.metadata.create_all(self.engine)
        self.store = SqlAlchemyStore(self.engine)

    def write(self, session: Session, record: Incident, *, expected_version: int) -> None:
        """Append the new events in the session's transaction, and keep the row in step."""
        store = self.store.within(session.connection())
        events = record.events_after(expected_version)
        store.append(record.id, events, expected_version=expected_version)
        ticket = session.get_one(Ticket, record.id)
        ticket.state, ticket.version = record.state.name, record.version

    def open(self, incident: Incident, customer: str) -> None:
        with Session(self.engine) as session, session.begin():
            owner = Customer(name=customer)
            session.add(owner)
            session.flush()
            session.add(Ticket(id=incident.id, customer_id=owner.id, state="new", version=0))
            self.write(session, incident, expected_version=0)

    def start(self, name: str, by: str, at: datetime) -> None:
        incident = self.store.load(name)
        with Session(self.engine) as session, session.begin():
            started = advance(incident, "start", at=at, by=by)
            self.write(session, started, expected_version=incident.version)
