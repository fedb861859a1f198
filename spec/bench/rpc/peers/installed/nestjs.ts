import "reflect-metadata";
import { Controller, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from "@nestjs/microservices";
import { firstValueFrom } from "rxjs";
import { freePort } from "../free-port";
import { type Peer, type Reading } from "../peer";

@Controller()
class EchoController {
  @MessagePattern("echo")
  echo(@Payload() reading: object): object {
    return reading;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const HOST = "127.0.0.1";

export const peer: Peer = {
  async serve() {
    const port = await freePort();
    // Its options are declared as a class that nobody makes.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(EchoModule, {
      transport: Transport.TCP,
      options: { host: HOST, port },
      logger: false,
    });
    await app.listen();
    return { address: String(port), close: () => app.close() };
  },

  async connect(address) {
    const client: ClientProxy = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: HOST, port: Number(address) },
    });
    await client.connect();
    return {
      echo: (reading) => firstValueFrom(client.send<Reading>("echo", reading)),
      async close() {
        await client.close();
      },
    };
  },
};
