"""paho as a peer: subscribes, parses each message as JSON, ends after as many as it is told.

python count.py PORT N
"""
import json
import os
import sys

import paho.mqtt.client as mqtt

port, wanted = map(int, sys.argv[1:])
count = 0


def received(_client, _data, message):
    global count
    json.loads(message.payload)
    count += 1
    if count == wanted:
        os._exit(0)


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_connect = lambda client, *_: client.subscribe("fleet/+/driving")
client.on_message = received
client.connect("127.0.0.1", port, keepalive=600)
client.loop_forever()
