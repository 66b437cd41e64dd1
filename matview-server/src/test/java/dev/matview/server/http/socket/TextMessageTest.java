package dev.matview.server.http.socket;

import static dev.matview.server.http.socket.TextMessage.Taken.NO_ROOM;
import static dev.matview.server.http.socket.TextMessage.Taken.TAKEN;
import static dev.matview.server.http.socket.TextMessage.Taken.TOO_LARGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextMessageTest {

    private final MessageRoom room = new MessageRoom(100_000);
    private final TextMessage message = message();

    private TextMessage message() {
        return new TextMessage(SocketLimits.MAX_MESSAGE_BYTES, room);
    }

    private static ByteBuffer part(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer part(int bytes) {
        return part("x".repeat(bytes));
    }

    @Test
    void partsMakeAMessage() throws CharacterCodingException {
        assertThat(message.add(part("{\"\u20ac\":"))).isEqualTo(TAKEN);
        assertThat(message.add(part(""))).isEqualTo(TAKEN);
        assertThat(message.add(null)).isEqualTo(TAKEN);
        assertThat(message.add(part("1}"))).isEqualTo(TAKEN);

        assertThat(message.text()).isEqualTo("{\"\u20ac\":1}");
        assertThat(room.taken()).isEqualTo(9);
    }

    @Test
    void aCharacterMayBeInTwoParts() throws CharacterCodingException {
        message.add(ByteBuffer.wrap(new byte[] {(byte) 0xe2, (byte) 0x82}));
        assertThatThrownBy(message::text).isInstanceOf(CharacterCodingException.class);

        message.add(ByteBuffer.wrap(new byte[] {(byte) 0xac}));

        assertThat(message.text()).isEqualTo("\u20ac");
    }

    @Test
    void aMessageHasAtMost64Kilobytes() {
        assertThat(message.add(part(65_536))).isEqualTo(TAKEN);
        assertThat(message.add(part(1))).isEqualTo(TOO_LARGE);
        assertThat(room.taken()).as("it is dropped").isZero();
        assertThat(message().add(part(65_537))).isEqualTo(TOO_LARGE);
    }

    @Test
    void oneThatFindsNoRoomBesideOthersIsDroppedAndTheOthersGoOn() {
        message.add(part(60_000));
        TextMessage second = message();
        assertThat(second.add(part(40_000))).isEqualTo(TAKEN);

        assertThat(second.add(part(1))).isEqualTo(NO_ROOM);

        assertThat(room.taken()).isEqualTo(60_000);
        assertThat(message.add(part(5_000))).isEqualTo(TAKEN);
    }

    @Test
    void whatComesAfterItIsDroppedTakesNoRoom() throws CharacterCodingException {
        message.add(part("xyz"));
        message.drop();
        message.drop();

        assertThat(message.add(part("late"))).isEqualTo(TAKEN);
        assertThat(room.taken()).isZero();
        assertThat(message.text()).isEmpty();
    }
}
