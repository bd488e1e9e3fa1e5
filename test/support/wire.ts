/** The connection between a client and a server, which may fail. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP connection that passes everything on, until it is told to lose an answer, to be cut or to be silent. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** The body of the request whose answer is to be lost. */
  #lose: { readonly saying: string; readonly how: 'cut' | 'silent' } | null = null;
  #refusing = false;

  private constructor(to: number) {
    this.#server = createServer((client) => {
      if (this.#refusing) client.destroy();
      const server = connect(to, '127.0.0.1').setNoDelay();
      client.setNoDelay();
      let losing: 'cut' | 'silent' | null = null;
      client.on('data', (data) => {
        if (this.#lose && data.includes(this.#lose.saying)) {
          losing = this.#lose.how;
          this.#lose = null;
        }
        server.write(data);
      });
      server.on('data', (data) => {
        if (losing === 'silent') return;
        if (losing === 'cut') {
          client.destroy();
          server.destroy();
        } else client.write(data);
      });
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(one);
        one
          .on('error', () => {})
          .on('close', () => {
            this.#sockets.delete(one);
            other.destroy();
          });
      }
    });
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next request with these words is carried out, but its answer does not come. */
  loseAnswerTo(saying: string, how: 'cut' | 'silent' = 'cut'): void {
    this.#lose = { saying, how };
  }

  /** Cuts every connection, and refuses new ones until `mend`. */
  cut(): void {
    this.#refusing = true;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  mend(): void {
    this.#refusing = false;
    this.#lose = null;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
