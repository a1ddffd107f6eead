"""Publishes or prints a stream of numbers with the Paho client.

usage: paho_stream.py pub|sub PORT VERSION QOS COUNT [websockets] [ca=FILE]
"""

import sys
import threading

import paho.mqtt.client as paho

role, port, version, qos, count = sys.argv[1], *map(int, sys.argv[2:6])
options = sys.argv[6:]
client = paho.Client(
    paho.CallbackAPIVersion.VERSION2,
    protocol=paho.MQTTv5 if version == 5 else paho.MQTTv311,
    transport="websockets" if "websockets" in options else "tcp",
)
for option in options:
    if option.startswith("ca="):
        client.tls_set(option.removeprefix("ca="))
client.max_queued_messages_set(0)
# Set when there is nothing more to do; what is waited for has a deadline.
done = threading.Event()
patience = 60
received = []


def on_connect(client, userdata, flags, reason, properties):
    if reason.is_failure:
        sys.exit("refused: " + str(reason))
    if role == "sub":
        client.subscribe("n", qos)
        return
    for number in range(1, count + 1):
        info = client.publish("n", str(number), qos)
    threading.Thread(target=lambda: (info.wait_for_publish(patience), done.set())).start()


def on_subscribe(client, userdata, identifier, reasons, properties):
    print("subscribed", file=sys.stderr, flush=True)


def on_message(client, userdata, message):
    received.append(message.payload.decode())
    if len(received) == count:
        done.set()


client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
client.connect("127.0.0.1", port)
client.loop_start()
ended = done.wait(patience)
client.disconnect()
client.loop_stop()
sys.stdout.write("".join(line + "\n" for line in received))
sys.exit(0 if ended else 1)
