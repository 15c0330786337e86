"""A citizen's day, in order: hear, feel, act, fate.

Each pass runs over whole blocks, with a barrier between two passes. It reads of others only what a
barrier has settled and writes only its own citizens, so blocks may run in any order on any thread.
Arrays are taken out of the world once a block: inside the loop over citizens there are numbers
only, since handing a tuple of arrays to a function costs more than the rules themselves.
"""
