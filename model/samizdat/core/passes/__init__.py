"""A citizen's day, in order: hear, feel, act, fate.

A pass runs over whole blocks, with a barrier before one that reads of others. Of others it reads
only what a barrier has settled, and it writes only its own citizens, so blocks may run in any
order on any thread.
Arrays are taken out of the world once a block: inside the loop over citizens there are numbers
only, since handing a tuple of arrays to a function costs more than the rules themselves.
"""
