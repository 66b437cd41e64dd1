package dev.matview.server.http;

import static dev.matview.server.http.ArrivingMessage.Taken.NO_ROOM;
import static dev.matview.server.http.ArrivingMessage.Taken.TAKEN;
import static dev.matview.server.http.ArrivingMessage.Taken.TOO_LARGE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrivingMessageTest {

    private final MessageRoom room = new MessageRoom(100_000);
    private final ArrivingMessage message = new ArrivingMessage(room);

    @Test
    void partsMakeAMessage() {
        assertThat(message.add("{\"a\":")).isEqualTo(TAKEN);
        assertThat(message.add("")).isEqualTo(TAKEN);
        assertThat(message.add("1}")).isEqualTo(TAKEN);

        assertThat(message.text()).isEqualTo("{\"a\":1}");
        assertThat(room.taken()).isEqualTo(7);
        message.drop();
        assertThat(message.text()).isEmpty();
        assertThat(room.taken()).isZero();
    }

    @Test
    void bytesAreCountedAndNotCharacters() {
        message.add("a\u00e9\u20ac\ud83d\ude00");

        assertThat(room.taken()).isEqualTo(1 + 2 + 3 + 4);
    }

    @Test
    void aMessageHasAtMost64Kilobytes() {
        assertThat(message.add("x".repeat(65_536))).isEqualTo(TAKEN);
        assertThat(message.add("x")).isEqualTo(TOO_LARGE);
        assertThat(room.taken()).as("it is dropped").isZero();
        assertThat(new ArrivingMessage(room).add("\u20ac".repeat(21_846))).isEqualTo(TOO_LARGE);
    }

    @Test
    void oneThatFindsNoRoomBesideOthersIsDroppedAndTheOthersGoOn() {
        message.add("x".repeat(60_000));
        ArrivingMessage second = new ArrivingMessage(room);
        assertThat(second.add("x".repeat(40_000))).isEqualTo(TAKEN);

        assertThat(second.add("x")).isEqualTo(NO_ROOM);

        assertThat(room.taken()).isEqualTo(60_000);
        assertThat(message.add("x".repeat(5_000))).isEqualTo(TAKEN);
    }

    @Test
    void whatComesAfterTheEndTakesNoRoom() {
        message.add("xyz");
        message.end();
        message.end();

        assertThat(message.add("late")).isEqualTo(TAKEN);
        assertThat(room.taken()).isZero();
        assertThat(message.text()).isEmpty();
    }
}
