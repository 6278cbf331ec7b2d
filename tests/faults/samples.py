"""Good samples of what the importers read, to be spoilt by the fuzzer."""

from __future__ import annotations

import json

# SL 651-2014 and HJ 212-2017, the published examples that tests/unit/test_frames.py cites
TIMED = (
    "7E7E05001122334403E832002B020034170718110016F1F1001122334448F0F01707181100"
    "201900004026190000403923000104903812109903A421"
)
AIR = (
    "##0453QN=20160801085000001;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=7;"
    "CP=&&DataTime=20160801084000;a21005-Rtd=1.1,a21005-Flag=N;a21004-Rtd=112,a21004-Flag=N;"
    "a21026-Rtd=58,a21026-Flag=N;LA-td=50.1,LA-Flag=N;a34004-Rtd=207,a34004-Flag=N;"
    "a34002-Rtd=295,a34002-Flag=N;a01001-Rtd=12.6,a01001-Flag=N;a01002-Rtd=32,a01002-Flag=N;"
    "a01006-Rtd=101.02,a01006-Flag=N;a01007-Rtd=2.1,a01007-Flag=N;a01008-Rtd=120,a01008-Flag=N;"
    "a34001-Rtd=217,a34001-Flag=N;&&C0C1\r\n"
)
CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>42000041600000_20200708073000</identifier>
<sender>42000041600000</sender><sent>2020-07-08T07:30:00+08:00</sent><status>Actual</status>
<msgType>Alert</msgType><scope>Public</scope>
<info><language>zh-CN</language><category>Met</category><event>暴雨</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<eventCode><valueName>t</valueName><value>11B03</value></eventCode>
<expires>2020-07-08T21:30:00+08:00</expires><headline>黄冈市气象台发布暴雨橙色预警</headline>
<resource><resourceDesc>图</resourceDesc><mimeType>image/png</mimeType></resource>
<area><areaDesc>黄梅县</areaDesc><polygon>30.0,115.8 30.0,115.9 30.1,115.9 30.0,115.8</polygon>
<circle>30.0,115.8 5</circle><geocode><valueName>g</valueName><value>421127</value></geocode>
</area></info></alert>""".encode()
POLYGON = {
    "type": "Polygon",
    "coordinates": [[[115.8, 30.0], [115.9, 30.0], [115.9, 30.1], [115.8, 30.0]]],
}  # fmt: skip
ROW = {"sensor": "S01", "at": "2020-07-08T07:30:00+08:00", "value": 28.5}
READINGS = (
    json.dumps(ROW).encode(), json.dumps([ROW, ROW]).encode(), b"28.5",
    b"\n".join([json.dumps(ROW).encode()] * 3),
    b'{"deviceId":"d1","values":{"Z":1.5},"ts":1594164600000}',
)  # fmt: skip
SHARED = (
    (
        b'{"data":[{"STCD":"61512000","STNM":"\xe7\x9b\x91\xe5\x88\xa9","Z":"35.71","Q":"--",'
        b'"TM":"2020-07-08 08:00"}]}'
    ),
    b"id,x,y,t\nTM-1,114,30,2020-07-08 08:00:00\n",
    b'<?xml version="1.0"?><r><u><id>TM-1</id><x>114</x><y>30</y><t>2020-07-08T08:00</t></u></r>',
)  # fmt: skip
CHANNELS = {
    "receivers": [
        {"name": "黄梅县防办", "channel": "email", "address": "a@example.org", "area": "421127"},
        {"name": "广播", "channel": "webhook", "address": "http://10.1.2.3/x", "secret": "s",
         "colours": ["red", "orange"]},
    ],
    "allow": ["10.1.2.0/24"], "timeout_s": 5, "exercise": {"hosts": ["127.0.0.1"]},
    "email": {"host": "mail.example.org", "port": 25, "from": "c@example.org"},
    "mqtt": {"host": "10.1.2.4"}, "sms": {"url": "http://10.1.2.5/sms"},
}  # fmt: skip
ROSTER = "日期,上班,下班,带班领导,值班员,备注\n2020-07-09,8:00,20:00,甲 13800000000,乙、丙,换\n"
CONTACTS = (
    "单位,黄梅县防办,,,0713-1234567,0713-1234567,,421127,,假定\n人员,甲,某局,科长,13900000000\n"
)
OSM = b"""<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6"><node id="1" version="1" lat="30.5" lon="114.0"/>
<node id="2" version="1" lat="30.51" lon="114.0"/><node id="3" version="1" lat="30.5" lon="114.1"/>
<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>
<tag k="maxspeed" v="60"/><tag k="oneway" v="yes"/><tag k="name" v="x"/></way></osm>"""
