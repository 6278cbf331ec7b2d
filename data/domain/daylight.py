"""When the sun rises and sets at a place: whether a helicopter has daylight.

The formula is that of the NOAA Solar Calculator (Global Monitoring Laboratory, after Meeus,
Astronomical Algorithms, 1991): sun centre 0.833° below the horizon, refraction included, good to
about a minute at Hubei's latitudes. It needs no table and no network.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import acos, asin, cos, degrees, radians, sin, tan

from data.domain.clock import SHANGHAI

_HORIZON = 90.833  # degrees from the zenith at rise and set
_UNIX_JULIAN = 2440587.5  # Julian day of 1970-01-01T00:00Z


def sun_times(lon: float, lat: float, day: date) -> tuple[datetime, datetime] | None:
    """Sunrise and sunset (UTC) of a day in Beijing time; None where the sun does neither.

    `lon` and `lat` are WGS 84 degrees, east and north positive.
    """
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)
    declination, equation = _sun(noon)
    north = radians(lat)
    turn = cos(radians(_HORIZON)) / (cos(north) * cos(declination)) - tan(north) * tan(declination)
    if not -1.0 <= turn <= 1.0:
        return None
    half = degrees(acos(turn)) * 4.0  # minutes from solar noon
    midnight = datetime(noon.year, noon.month, noon.day, tzinfo=UTC)
    passage = 720.0 - 4.0 * lon - equation  # solar noon, minutes UTC
    return (
        midnight + timedelta(minutes=passage - half),
        midnight + timedelta(minutes=passage + half),
    )


def _sun(at: datetime) -> tuple[float, float]:
    """Declination (radians) and equation of time (minutes) at an instant."""
    century = (at.timestamp() / 86400.0 + _UNIX_JULIAN - 2451545.0) / 36525.0
    mean = radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360.0)
    anomaly = radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + sin(3 * anomaly) * 0.000289
    )
    node = radians(125.04 - 1934.136 * century)
    longitude = radians(degrees(mean) + centre - 0.00569 - 0.00478 * sin(node))
    tilt = radians(23.4392911 - 0.0130042 * century + 0.00256 * cos(node))
    declination = asin(sin(tilt) * sin(longitude))
    y = tan(tilt / 2) ** 2
    equation = 4.0 * degrees(
        y * sin(2 * mean)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * mean)
        - 0.5 * y * y * sin(4 * mean)
        - 1.25 * eccentricity * eccentricity * sin(2 * anomaly)
    )
    return declination, equation
