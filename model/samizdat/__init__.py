"""Samizdat: an agent-based model of online protest mobilisation, one citizen per inhabitant."""
