// The sides of a conversation, as chat/sides.py has them: which kinds of actor speak for one another. Any number may meet.

const SIDES = { dispatcher: "office" };

/** The side of a kind of actor. Every kind is a side of its own unless it speaks for another; the system is none. */
export const sideOf = (type) => (type === "system" ? null : (SIDES[type] ?? type));

/** The side of a person by their key: "driver:15". */
export const sideOfKey = (key) => sideOf(key.split(":")[0]);
