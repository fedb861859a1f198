import { RigParticipant, type RigParticipantOptions } from "../experiments/rig-participant";
import { type RigModule } from "./rig-module";

/** Lets the app's devices take part in experiments, through their methods with `@OnExperiment` (iblutil io.net). */
export const RigParticipantModule = {
  /**
   * Listens for a main rig while the app runs. It is injected as `RigParticipant`, which tells the URI.
   *
   * @param uri - Such as `udp://10.0.0.7:11001`; port 0 takes a free one.
   */
  listen(uri: string, options: RigParticipantOptions = {}): RigModule {
    return {
      name: "RigParticipantModule",
      start: async (container) => {
        const participant = await RigParticipant.listen(uri, options);
        container.registerInstance(RigParticipant, participant);
        return {
          announce: ({ server }) => Promise.resolve(participant.join(server)),
          close: () => participant.close(),
        };
      },
    };
  },
};
