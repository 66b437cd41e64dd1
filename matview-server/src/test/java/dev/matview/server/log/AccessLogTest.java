package dev.matview.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

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
import org.slf4j.LoggerFactory;

/** Requests are logged where nobody reads the log. */
class AccessLogTest {

    private static final int LINES = 10_000;

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
        Subscription logging = LogSetup.accessLog();
        assertThat(AccessLog.isOn()).isTrue();

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < LINES; i++) {
                requests.info("a request");
            }
        });
        read.countDown();
        // Whom it kept waiting is not to be taken for one that the end interrupts.
        await().until(() -> written.get() > 0);
        logging.close();

        assertThat(written).as("what there was room for").hasValueBetween(1_000, LINES - 1);
        assertThat(stalled.isStarted()).as("others log there too").isTrue();
        assertThat(AccessLog.isOn()).isFalse();
        assertThat(requests.isAdditive()).isTrue();
    }
}
