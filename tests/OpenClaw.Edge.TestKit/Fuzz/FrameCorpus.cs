namespace OpenClaw.Edge.TestKit.Fuzz;

/// <summary>Valid frames of clients: where mutations start.</summary>
public static class FrameCorpus
{
    /// <summary>First frames that are refused before anybody looks at the secret: a wrong one is answered slowly.</summary>
    public static IReadOnlyList<string> Hellos { get; } =
    [
        """{"type":"req","id":"1","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1.0.0","platform":"linux","mode":"backend"},"role":"nobody","scopes":["operator.read"],"caps":["tool-events"],"auth":{"token":"wrong"},"locale":"en-US"}}""",
        """{"type":"req","id":"2","method":"connect","params":{"minProtocol":3,"maxProtocol":4,"client":{"id":"node-host","displayName":"box","version":"1","platform":"linux","deviceFamily":"Linux","mode":"node","instanceId":"i"},"role":"node","scopes":[],"caps":[],"commands":["system.run"],"permissions":{"camera":true},"device":{"id":"aa","publicKey":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","signature":"AAAA","signedAt":1700000000000,"nonce":"n"},"auth":{"deviceToken":"x"}}}""",
        """{"type":"req","id":"3","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"openclaw-control-ui","version":"dev","platform":"web","mode":"webchat"},"role":"operator","scopes":["operator.admin","operator.approvals"],"auth":{"password":"p","token":"t","bootstrapToken":"b"},"userAgent":"Mozilla/5.0"}}""",
        """{"type":"req","id":"4","method":"health","params":{}}""",
    ];

    /// <summary>Requests of clients that are in; what they ask for changes nothing that lasts.</summary>
    public static IReadOnlyList<string> Requests { get; } =
    [
        """{"type":"req","id":"10","method":"health","params":{"probe":false}}""",
        """{"type":"req","id":"11","method":"sessions.list","params":{"includeGlobal":true,"includeUnknown":false,"limit":200,"includeDerivedTitles":true,"agentId":"main"}}""",
        """{"type":"req","id":"12","method":"chat.history","params":{"sessionKey":"main","limit":80,"maxChars":4000}}""",
        """{"type":"req","id":"13","method":"chat.send","params":{"sessionKey":"agent:main:main","message":"hello","thinking":"low","deliver":false,"attachments":[]}}""",
        """{"type":"req","id":"14","method":"agent","params":{"message":"hello","agentId":"ghost","sessionKey":"agent:ghost:main","idempotencyKey":"k","timeout":5}}""",
        """{"type":"req","id":"15","method":"sessions.messages.subscribe","params":{"key":"agent:main:main","agentId":"main"}}""",
        """{"type":"req","id":"16","method":"sessions.subscribe","params":{}}""",
        """{"type":"req","id":"17","method":"models.list","params":{"view":"all"},"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""",
        """{"type":"req","id":"18","method":"agents.list","params":{}}""",
        """{"type":"req","id":"19","method":"chat.abort","params":{"sessionKey":"main","runId":"none"}}""",
        """{"type":"req","id":"20","method":"agent.wait","params":{"runId":"none","timeoutMs":0}}""",
        """{"type":"req","id":"21","method":"sessions.resolve","params":{"key":"main","includeGlobal":true}}""",
        """{"type":"req","id":"22","method":"sessions.preview","params":{"keys":["agent:main:main","x"],"limit":3,"maxChars":240}}""",
        """{"type":"req","id":"23","method":"usage.cost","params":{"days":30}}""",
        """{"type":"req","id":"24","method":"cron.list","params":{"includeDisabled":true,"limit":50,"offset":0}}""",
        """{"type":"req","id":"25","method":"node.invoke","params":{"nodeId":"n","command":"camera.snap","params":{"facing":"front"},"timeoutMs":10,"idempotencyKey":"i"}}""",
        """{"type":"req","id":"26","method":"logs.tail","params":{"cursor":0,"limit":10,"maxBytes":1000}}""",
        """{"type":"req","id":"27","method":"tools.catalog","params":{"agentId":"main","includePlugins":true}}""",
        """{"type":"req","id":"28","method":"config.get","params":{}}""",
        """{"type":"req","id":"29","method":"connect","params":{"minProtocol":4,"maxProtocol":4}}""",
        """{"type":"req","id":"30","method":"nothing.there","params":[1,2,3]}""",
        """{"type":"res","id":"31","ok":true,"payload":{"text":"über 🦞"}}""",
        """{"type":"event","event":"node.event","payload":{"a":[1,{"b":null}]},"seq":5}""",
    ];

    /// <summary>Bodies of <c>/v1/chat/completions</c>.</summary>
    public static IReadOnlyList<string> ChatBodies { get; } =
    [
        """{"model":"openclaw","messages":[{"role":"user","content":"hi"}],"stream":false}""",
        """{"model":"openclaw/main","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"stream":true,"stream_options":{"include_usage":true},"user":"u","max_tokens":50,"temperature":0.5,"stop":["x"]}""",
        """{"model":"lab/scripted:8b","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"auto"}""",
    ];

    /// <summary>Bodies of <c>/v1/responses</c>.</summary>
    public static IReadOnlyList<string> ResponseBodies { get; } =
    [
        """{"model":"openclaw","input":"hi","stream":false}""",
        """{"model":"openclaw","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"instructions":"be short","stream":true,"max_output_tokens":20,"metadata":{"a":"b"},"user":"u"}""",
        """{"model":"openclaw","previous_response_id":"resp_none","input":[{"type":"function_call_output","call_id":"c","output":"ok"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}]}""",
    ];
}
