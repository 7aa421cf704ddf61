// Typing, both ways: mine is told at most every 3 s and ends by itself; theirs ends after 6 s, or with their message.

const REPEAT = 3000;
const IDLE = 4000;
const EXPIRES = 6000;

export class MyTyping {
  #chats = new Map();

  constructor(tell) {
    this.tell = tell;
  }

  typed(pair) {
    const key = `${pair.offer_id}:${pair.driver_id}`;
    const chat = this.#chats.get(key) ?? { told: 0 };
    this.#chats.set(key, chat);
    if (Date.now() - chat.told >= REPEAT) {
      chat.told = Date.now();
      this.tell("typing_start", pair);
    }
    clearTimeout(chat.idle);
    chat.idle = setTimeout(() => this.stopped(pair), IDLE);
  }

  stopped(pair) {
    const key = `${pair.offer_id}:${pair.driver_id}`;
    const chat = this.#chats.get(key);
    if (!chat) return;
    clearTimeout(chat.idle);
    this.#chats.delete(key);
    this.tell("typing_stop", pair);
  }
}

export class TheirTyping {
  #typists = new Map();

  /** `over(data)` is told when somebody has stopped without saying so. */
  constructor(over) {
    this.over = over;
  }

  heard(data) {
    const key = keyOf(data, data.actor);
    clearTimeout(this.#typists.get(key)?.timer);
    const timer = setTimeout(() => this.#end(key), EXPIRES);
    this.#typists.set(key, { data, timer });
  }

  /** They said that they stopped. */
  stopped(data) {
    const key = keyOf(data, data.actor);
    clearTimeout(this.#typists.get(key)?.timer);
    this.#typists.delete(key);
  }

  /** A message of theirs has come: they type no more. */
  wrote(message) {
    this.#end(keyOf(message, message.sender));
  }

  #end(key) {
    const typist = this.#typists.get(key);
    if (!typist) return;
    clearTimeout(typist.timer);
    this.#typists.delete(key);
    this.over(typist.data);
  }
}

const keyOf = ({ offer_id, driver_id }, actor) => `${offer_id}:${driver_id}:${actor?.type}:${actor?.id}`;
