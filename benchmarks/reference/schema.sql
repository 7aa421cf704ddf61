CREATE TABLE chats (
    offer_id BIGINT NOT NULL,
    driver_id BIGINT NOT NULL,
    dispatcher_id BIGINT NOT NULL,
    PRIMARY KEY (offer_id, driver_id)
) ENGINE=InnoDB;

CREATE TABLE chat_messages (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    offer_id BIGINT NOT NULL,
    driver_id BIGINT NOT NULL,
    sender_type VARCHAR(16) NOT NULL,
    sender_id BIGINT NOT NULL,
    message TEXT NOT NULL,
    client_id VARCHAR(64) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    KEY messages_of_chat (offer_id, driver_id, id),
    UNIQUE KEY message_of_sender (sender_type, sender_id, client_id)
) ENGINE=InnoDB;
