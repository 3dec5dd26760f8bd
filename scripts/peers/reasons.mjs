// Why a peer's expectation differs from what ddblint says, and the peer is wrong or asks another question.

export const REASONS = [];
