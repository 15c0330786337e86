"""A citizen's day, in order: hear, feel, act, fate.

A pass runs over whole blocks, with a barrier before a pass that reads other citizens. It reads of
others only what was complete before the barrier, and writes only its own citizens, so blocks may
run in any order on any thread.
Arrays are taken out of the world once per block: inside the loop over citizens only numbers are
passed on, since passing a tuple of arrays to a function costs more than the rules themselves.

A pass skips work whose result is known. Each such shortcut rests on a claim about the rules, which
is a small named function beside the rule that it concerns. `World.shortcuts` turns all shortcuts
off, so that nothing is skipped; a test shows that this changes no bit, for any parameters
(docs/decisions/14-passes.md). A new term in a rule may break a claim: run that test.
"""
