"""A citizen's day, in order: hear, feel, act, fate.

A pass runs over whole blocks, with a barrier before one that reads of others. Of others it reads
only what a barrier has settled, and it writes only its own citizens, so blocks may run in any
order on any thread.
Arrays are taken out of the world once a block: inside the loop over citizens there are numbers
only, since handing a tuple of arrays to a function costs more than the rules themselves.

A pass skips work whose result is known. Why it is known is a claim about the rules; it stands, as a
small function with a name, beside the rule that it is about. `World.shortcuts` turns all of them
off, so that everybody is treated the long way; a test holds that this changes no bit, for any
parameters (docs/decisions/14-passes.md). A new term in a rule may break a claim: run that test.
"""
