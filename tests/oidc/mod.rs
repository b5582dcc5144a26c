//! The protocol surface, endpoint by endpoint (protocol.md).
