package dev.matview.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.matview.core.event.Subscription;
import dev.matview.server.http.connection.AccessLog;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** Requests are logged where nobody reads the log. */
class AccessLogTest {

    private static final int LINES = 10_000;

    @RegisterExtension
    final CapturedLog told = new CapturedLog(UnhurriedAppender.class.getName(), Level.INFO);

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger requests = (Logger) LoggerFactory.getLogger(AccessLog.LOGGER);
    private final CountDownLatch read = new CountDownLatch(1);
    private final AtomicInteger written = new AtomicInteger();
    private final UnsynchronizedAppenderBase<ILoggingEvent> stalled = new UnsynchronizedAppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            try {
                if (read.getCount() > 0) {
                    read.await();
                }
                written.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    };

    @BeforeEach
    void stall() {
        stalled.start();
        root.addAppender(stalled);
    }

    @AfterEach
    void detach() {
        read.countDown();
        root.detachAppender(stalled);
    }

    @Test
    void whoAnswersRequestsDoesNotWaitForTheLogToBeRead() {
        long missing = AccessLog.missing();
        Subscription logging = LogSetup.accessLog();
        assertThat(AccessLog.isOn()).isTrue();

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < LINES; i++) {
                requests.info("a request");
            }
        });
        read.countDown();
        await().untilAsserted(() -> assertThat(told.lines()).hasSize(2));
        logging.close();

        long lost = AccessLog.missing() - missing;
        assertThat(lost).as("what there was no room for").isBetween(1L, LINES - 1_000L);
        assertThat(written).hasValue((int) (LINES - lost));
        assertThat(told.lines().get(0)).startsWith("WARN Requests are missing in the log since ");
        assertThat(told.lines().get(1)).startsWith("INFO Requests are logged again; " + lost + " are missing, after ");
        assertThat(stalled.isStarted()).as("others log there too").isTrue();
        assertThat(AccessLog.isOn()).isFalse();
        assertThat(requests.isAdditive()).isTrue();
    }
}
