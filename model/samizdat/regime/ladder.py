"""The threat that the state feels, and the heights at which it makes laws."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity
from samizdat.regime.lever import ORANGE, LeverParameters, Look, Stage
from samizdat.regime.orders import RegimeInput, RegimeState


class Ladder:
    """Laws by threat: what the state sees and hears raises a threat, which decays slowly.

    Rule: each rung of the scenario's ladder that the threat has reached; delay: that of the rung,
    after which its law holds, until it is repealed; scope: nation. Formula: see `next_threat`; v is
    (visible posts + mobilised) / citizens of the last step. Source: assumed.
    """

    stage = Stage.MORNING
    look = Look("Laws by threat", phrase="laws by threat", lane="laws", colour=ORANGE)
    claim = "makes laws for good when protest at home or abroad alarms it"
    parameters: ClassVar[LeverParameters] = {
        "threat.gain": (Quantity("growth of the threat under alarm; 0: never", 0, 1, "1/day", 0),
                        0.0),
        "threat.home": (
            Quantity("weight of protest at home beside alert abroad", 0, 1000, off=0), 50.0),
        "threat.decay": (Quantity("decay of the threat", 0, 0.03, "1/day", 0), 2e-4),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"threat.gain": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Update the threat, and remember the day on which it first reached each height."""
        if state.threat == 0.0 and inputs.values["threat.gain"][0] == 0.0:
            return  # nothing to decay, and nothing alarms it
        seen = inputs.seen
        turmoil = float(seen.visible_posts.sum() + seen.mobilised.sum())
        gain, home, decay = (float(inputs.values[name][0]) for name in self.parameters)
        alarm = inputs.warning + home * turmoil / float(seen.population.sum())
        state.threat = next_threat(state.threat, alarm, gain, decay, inputs.step_days)
        for height in inputs.heights:
            if state.threat >= height:
                state.reached.setdefault(height, inputs.day)


def next_threat(threat: float, alarm: float, gain: float, decay: float, step_days: float) -> float:
    """Return the threat of today, in [0, 1], from that of yesterday.

    T += step_days (gain alarm - decay T), clipped to [0, 1].

    Parameters
    ----------
    alarm
        alert abroad + home v, at least 0.
    gain, decay
        Per day; ``decay`` at most 0.03, so that a step of 30 days never takes more than T.
    """
    return min(1.0, max(0.0, threat + step_days * (gain * alarm - decay * threat)))
