using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>Runs the scripts of jobs: JavaScript below <c>node</c>, started as a command of the agent (policy, approvals, sandbox, ledger), which may
/// call the agent's tools. Thread-safe.</summary>
internal sealed class CronScripts(CronCommands commands, TimeProvider time)
{
    /// <summary>Most conditions that are looked at together.</summary>
    public const int MaxConditions = 3; // the original's

    private const int MaxLine = 128 * 1024; // the kernel's, for one word of a command
    private const int MaxState = 16 * 1024; // the original's
    private const int MaxMessage = 1 << 20; // guess: of what a script asks for at once
    private const char Mark = '\u0001';

    // Reads a line with what the script may know, answers to its calls after that; says its calls and its end. No single quotes: the shell's are around it.
    private const string Prelude =
        "const A=Object.getPrototypeOf(async function(){}).constructor,W=new Map();let n=0,J;"
        + "const put=o=>new Promise(r=>process.stdout.write(\"\\u0001\"+JSON.stringify(o)+\"\\n\",r));"
        + "const call=(t,a)=>new Promise((y,z)=>{W.set(++n,[y,z]);put({i:n,t,a:a??{}})});"
        + "const freeze=o=>{if(o&&typeof o===\"object\"){Object.values(o).forEach(freeze);Object.freeze(o)}return o};"
        + "const run=async h=>{const g={trigger:freeze(h.trigger),json:v=>{J=v},text:()=>{},tools:{call}};"
        + "for(const t of h.tools)if(/^[A-Za-z_$][\\w$]*$/.test(t))g[t]=a=>call(t,a);"
        + "const v=await new A(...Object.keys(g),process.argv[1])(...Object.values(g));await put({v:v??null,j:J??null})};"
        + "require(\"readline\").createInterface({input:process.stdin}).on(\"line\",l=>{const m=JSON.parse(l);"
        + "if(m.trigger)run(m).catch(e=>put({e:String(e?.message??e)})).finally(()=>process.exit(0));"
        + "else{const w=W.get(m.i);W.delete(m.i);if(w)m.e===undefined?w[0](m.v):w[1](new Error(m.e))}})";

    private int _conditions;

    /// <summary>Looks at a job's condition. The outcome has <see cref="CronOutcome.Fired"/>, and the message in its summary.</summary>
    public async Task<CronOutcome> EvaluateAsync(CronJob job, AgentEntry agent, string? batch, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _conditions) > MaxConditions)
        {
            Interlocked.Decrement(ref _conditions);
            return new CronOutcome { Status = "ok", Fired = false, IsBusy = true };
        }

        try
        {
            string script = job.Trigger is { } trigger ? CronFields.Text(trigger, "script", "trigger") ?? "" : "";
            (JsonElement value, string? code, string problem) = await RunAsync(job, agent, script, batch, 30, 5, "cron trigger evaluation", cancellationToken);
            if (code is null && Judge(value, condition: true) is { } wrong)
            {
                (code, problem) = (wrong.Length > 0 && wrong.Contains("16KB", StringComparison.Ordinal) ? "output_limit_exceeded" : "internal_error", wrong);
            }

            return code is not null
                ? CronOutcome.Failed($"cron trigger evaluation failed ({code}): {problem}") with { Fired = false }
                : new CronOutcome { Status = "ok", Fired = value.GetProperty("fire"u8).GetBoolean(), Summary = Text(value, "message"), State = StateOf(value) };
        }
        finally
        {
            Interlocked.Decrement(ref _conditions);
        }
    }

    /// <summary>Runs a job's payload. Its notice is the summary; <paramref name="wake"/> gets what the script said about waking.</summary>
    public async Task<CronOutcome> PayloadAsync(CronJob job, AgentEntry agent, string? batch, Action<string> wake, CancellationToken cancellationToken)
    {
        CronPayload payload = job.Payload;
        (JsonElement value, string? code, string problem) = await RunAsync(
            job, agent, payload.Script ?? "", batch, payload.TimeoutSeconds ?? 300, payload.ToolBudget ?? 50, "cron script payload", cancellationToken);
        if (code is null && Judge(value, condition: false) is { } wrong)
        {
            (code, problem) = ("internal_error", wrong);
        }

        if (code is not null)
        {
            return CronOutcome.Failed($"cron script payload failed ({code}): {problem}", code == "timeout");
        }

        long? next = CronFields.Span(Text(value, "nextCheck"));
        if (next is not null && job.Pacing is null)
        {
            return CronOutcome.Failed("cron script payload returned nextCheck, but this job has no pacing bounds");
        }

        if (Text(value, "wake") is { } mode)
        {
            wake(mode);
        }

        return new CronOutcome { Status = "ok", Summary = Text(value, "notify") is { } notice && notice.Trim().Length > 0 ? notice : null, State = StateOf(value), NextCheckMs = next };
    }

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonElement? StateOf(JsonElement value) => value.TryGetProperty("state"u8, out JsonElement state) ? state.Clone() : null;

    // What is wrong with what a script gave back; null when nothing is.
    private static string? Judge(JsonElement value, bool condition)
    {
        string what = condition ? "cron trigger" : "cron script payload";
        if (value.ValueKind != JsonValueKind.Object
            || (condition && !(value.TryGetProperty("fire"u8, out JsonElement fire) && fire.ValueKind is JsonValueKind.True or JsonValueKind.False)))
        {
            return condition ? "cron trigger script must return an object with boolean fire" : "cron script payload must return an object";
        }

        foreach (string name in (string[])(condition ? ["message"] : ["notify", "wake", "nextCheck"]))
        {
            if (value.TryGetProperty(name, out JsonElement text) && text.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                return $"{(condition ? "cron trigger script" : what)} {name} must be a string";
            }
        }

        return Text(value, "wake") is not (null or "now" or "next-heartbeat") ? $"{what} wake must be \"now\" or \"next-heartbeat\""
            : Text(value, "nextCheck") is { } next && CronFields.Span(next) is null ? $"{what} nextCheck must be a positive duration"
            : StateOf(value) is { } state && Encoding.UTF8.GetByteCount(state.GetRawText()) > MaxState ? $"{what} state exceeds the 16KB limit"
            : null;
    }

    private async Task<(JsonElement Value, string? Code, string Problem)> RunAsync(
        CronJob job, AgentEntry agent, string script, string? batch, double seconds, int budget, string what, CancellationToken cancellationToken)
    {
        if (!SessionKey.TryParse($"cron:{job.Id}:trigger", agent.Id, out SessionKey key))
        {
            return (default, "internal_error", "the job has no session key");
        }

        string line = $"node -e {CronCommand.Quote(Prelude)} -- {CronCommand.Quote(script)}";
        if (Encoding.UTF8.GetByteCount(line) > MaxLine - 1024)
        {
            return (default, "invalid_input", "the script is too long for a command of this machine; shorten it, or keep it in a file that it reads");
        }

        ToolPolicy own = agent.ToolsIn(key, commands.Tools.Registry.Sandbox, null);
        ToolPolicy wished = new(null, job.Payload.ToolsAllow is { Count: > 0 } list && !list.Contains("*") ? list : null, null,
            job.Payload.ToolsAllow is { Count: 0 } ? ["*"] : null);
        using CronPipe input = new();
        Bridge bridge = new(commands.Tools, own, wished, new ToolCallContext { SessionKey = key, Workspace = agent.Workspace }, input, budget);
        input.Put(Hello(job, batch, bridge.Names));
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Task calls = bridge.AnswerAsync(either.Token);
        CronCommandEnd end;
        try
        {
            end = await commands.RunAsync(
                key, agent, new CronCommand { Line = line, Cwd = null, Input = input, Seconds = Math.Ceiling(seconds) + 5, OnOutput = bridge.Hear }, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, "timeout", $"{what} timed out");
        }
        finally
        {
            bridge.End();
            input.End();
            await either.CancelAsync();
            await calls;
        }

        return end.Problem is { } refused ? (default, "runtime_unavailable", refused)
            : bridge.IsOver ? (default, "tool_budget_exceeded", $"{what} made more than {budget} tool calls")
            : bridge.Failure is { } failure ? (default, "internal_error", failure)
            : bridge.Value is { } value ? (value, null, "")
            : end.ExitCode == 127 ? (default, "runtime_unavailable", "there is no JavaScript here: install node, which jobs with scripts need")
            : (default, "internal_error", end.Errors.Trim() is { Length: > 0 } said ? said[..Math.Min(said.Length, 500)] : end.Error);
    }

    private static byte[] Hello(CronJob job, string? batch, IEnumerable<string> tools) => Line(json =>
    {
        json.WriteStartObject("trigger"u8);
        json.WritePropertyName("state"u8);
        if (job.State.TriggerState is { } state)
        {
            state.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        if (batch is not null)
        {
            json.WriteString("streamBatch"u8, batch);
        }

        json.WriteEndObject();
        json.WriteStartArray("tools"u8);
        foreach (string tool in tools)
        {
            json.WriteStringValue(tool);
        }

        json.WriteEndArray();
    });

    private static byte[] Line(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetBytes(CronFields.Build(write).GetRawText() + "\n");

    /// <summary>One script's talk with the gateway.</summary>
    [SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "memory, nothing to give back")]
    private sealed class Bridge(ToolInvocation tools, ToolPolicy own, ToolPolicy wished, ToolCallContext context, CronPipe input, int budget)
    {
        private readonly Channel<JsonElement> _calls = Channel.CreateBounded<JsonElement>(new BoundedChannelOptions(256) { SingleReader = true });
        private readonly MemoryStream _line = new();
        private int _made;

        public bool IsOver { get; private set; }

        public string? Failure { get; private set; }

        public JsonElement? Value { get; private set; }

        public IEnumerable<string> Names => tools.Registry.All.Select(tool => tool.Spec.Name).Where(name => own.Allows(name) && wished.Allows(name));

        public void End() => _calls.Writer.TryComplete();

        // On the thread that reads the command's output.
        public void Hear(ReadOnlySpan<byte> bytes, bool isError)
        {
            while (!isError && bytes.Length > 0)
            {
                int end = bytes.IndexOf((byte)'\n');
                _line.Write(end < 0 ? bytes : bytes[..end]);
                if (end < 0)
                {
                    Failure ??= _line.Length > MaxMessage ? "the script says too much at once" : null;
                    _line.SetLength(Failure is null ? _line.Length : 0);
                    return;
                }

                Take(_line.GetBuffer().AsMemory(0, (int)_line.Length));
                _line.SetLength(0);
                bytes = bytes[(end + 1)..];
            }
        }

        public async Task AnswerAsync(CancellationToken cancellationToken)
        {
            try
            {
                await foreach (JsonElement call in _calls.Reader.ReadAllAsync(cancellationToken))
                {
                    await AnswerAsync(call, cancellationToken);
                }
            }
            catch (OperationCanceledException)
            {
                // the script has ended
            }
        }

        private void Take(ReadOnlyMemory<byte> line)
        {
            if (line.Length < 2 || line.Span[0] != Mark)
            {
                return; // what the script printed
            }

            try
            {
                using JsonDocument said = JsonDocument.Parse(line[1..]);
                JsonElement root = said.RootElement;
                if (root.TryGetProperty("e"u8, out JsonElement error))
                {
                    Failure ??= error.ToString();
                }
                else if (root.TryGetProperty("t"u8, out _))
                {
                    IsOver |= ++_made > budget;
                    Failure ??= !IsOver && !_calls.Writer.TryWrite(root.Clone()) ? "the script asks for too much at once" : null;
                    if (IsOver)
                    {
                        input.Put(Line(json =>
                        {
                            json.WriteNumber("i"u8, root.GetProperty("i"u8).GetInt32());
                            json.WriteString("e"u8, "the budget of tool calls is used up");
                        }));
                    }
                }
                else if (root.TryGetProperty("v"u8, out JsonElement value))
                {
                    bool has = value.ValueKind == JsonValueKind.Object;
                    Value = has || !root.TryGetProperty("j"u8, out JsonElement told) ? value.Clone() : told.Clone();
                }
            }
            catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                Failure ??= "the script wrote into its line to the gateway";
            }
        }

        private async Task AnswerAsync(JsonElement call, CancellationToken cancellationToken)
        {
            ToolInvocationResult ran = await tools.InvokeAsync(
                call.GetProperty("t"u8).GetString() ?? "", call.GetProperty("a"u8).GetRawText(), own, wished, context, dryRun: false, cancellationToken);
            input.Put(Line(json =>
            {
                json.WriteNumber("i"u8, call.GetProperty("i"u8).GetInt32());
                if (ran.Result is { IsError: false } or { Details: not null })
                {
                    json.WritePropertyName("v"u8);
                    if (ran.Result.Details is { } details)
                    {
                        details.WriteTo(json);
                    }
                    else
                    {
                        json.WriteStringValue(ran.Result.Text);
                    }
                }
                else
                {
                    json.WriteString("e"u8, ran.Result.Text);
                }
            }));
        }
    }
}
