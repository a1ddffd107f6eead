"""A party of the rooms or of the chat, written with the Paho client.

Usage: paho_party.py PORT SUBSCRIPTION COUNT [TOPIC PAYLOAD]...

Subscribes, says so on standard error, publishes what it is given, prints COUNT messages, each as its topic and its
payload, and ends.
"""

import sys

import paho.mqtt.client as mqtt

port, subscription, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
publications = list(zip(sys.argv[4::2], sys.argv[5::2]))
received = 0


def on_connect(client, userdata, flags, reason, properties):
    client.subscribe(subscription, qos=1)


def on_subscribe(client, userdata, identifier, reasons, properties):
    print("subscribed", file=sys.stderr, flush=True)
    for topic, payload in publications:
        client.publish(topic, payload, qos=1)


def on_message(client, userdata, message):
    global received
    print(message.topic, message.payload.decode(), flush=True)
    received += 1
    if received == count:
        client.disconnect()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
client.connect("127.0.0.1", port)
client.loop_forever()
