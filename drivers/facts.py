"""What happens to drivers, for the rooms above. Published within the transaction of the change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DriverDeactivated:
    """A truck is out of use. Its driver's sign-ins have ended before."""

    driver_id: int
