import { IsBoolean, IsNumber, IsString } from "class-validator";
import { Arg, clientOf, connect, JsonMethod, RpcService, serve } from "rigwire";
import { type Peer, type Reading } from "./peer";

class CheckedReading implements Reading {
  @IsString() device!: string;
  @IsNumber() degrees!: number;
  @IsNumber() speed!: number;
  @IsBoolean() homed!: boolean;
}

@RpcService({ type: "checked-echo" })
class CheckedEcho {
  @JsonMethod()
  echo(@Arg("reading") reading: object): object {
    return reading;
  }

  @JsonMethod()
  echoChecked(@Arg("reading") reading: CheckedReading): object {
    return reading;
  }

  @JsonMethod({ returns: CheckedReading })
  echoReturned(@Arg("reading") reading: object): object {
    return reading;
  }
}

/** rigwire with a device that checks an argument, or a result, against the rules of its class, or neither. */
export const peer: Peer = {
  async serve() {
    const server = await serve(new CheckedEcho(), { name: "echo-1", url: "tcp://127.0.0.1" });
    return { address: server.url, close: () => server.close() };
  },

  connect(address) {
    const device = connect(CheckedEcho, address);
    return Promise.resolve({
      echo: (reading) => device.echo(reading),
      echoChecked: (reading) => device.echoChecked(Object.assign(new CheckedReading(), reading)),
      echoReturned: (reading) => device.echoReturned(reading),
      close: () => clientOf(device).close(),
    });
  },
};
