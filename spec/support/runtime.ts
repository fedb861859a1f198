// What the package's entry does first, for tests that import parts of the library.
import "../../lib/platform/node";
import "../../lib/contract/classes-in-node";
import "../../lib/log/pino-logger";
import "../../lib/transport/nats/register";
import "../../lib/transport/stream/register";
import "../../lib/transport/zeromq/register";
