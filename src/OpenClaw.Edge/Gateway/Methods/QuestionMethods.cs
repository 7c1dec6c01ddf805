using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>question.request</c>, <c>.list</c>, <c>.get</c>, <c>.resolve</c>, <c>.waitAnswer</c>, and the events
/// <c>question.requested</c> and <c>question.resolved</c>. Texts are the original's.</summary>
internal sealed class QuestionMethods
{
    private readonly GatewayRuntime _runtime;
    private readonly QuestionBoard _board;

    /// <summary>Tells of the board's questions from now on.</summary>
    public QuestionMethods(GatewayRuntime runtime, Broadcaster broadcaster, QuestionBoard board)
    {
        _runtime = runtime;
        _board = board;
        board.Requested = question => broadcaster.Publish("question.requested", OperatorScopes.Questions, json => WriteRecord(json, question));
        board.Resolved = question => broadcaster.Publish("question.resolved", OperatorScopes.Questions, json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, question.Id);
            WriteEnd(json, question);
            json.WriteEndObject();
        });
    }

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("question.request", OperatorScopes.Questions, "id:str1 questions!:arr agentId:str1 sessionKey:str1 runId:str1 timeoutMs:int(1..)", Request),
        MethodEntry.Of("question.list", OperatorScopes.Questions, "", _ => List()),
        MethodEntry.Of("question.get", OperatorScopes.Questions, "id!:str1", Get),
        MethodEntry.Of("question.resolve", OperatorScopes.Questions,
            "id:str1 answers:obj cancel:bool resolvedBy:str1 resolutionId:str1(128) secretStoreAllowedHosts:strs", Resolve),
        new("question.waitAnswer", OperatorScopes.Questions, "id!:str1 timeoutMs:int(1..) includeResolutionId:bool", WaitAsync),
    ];

    private MethodReply Request(MethodCall call)
    {
        JsonElement questions = call.Params.GetProperty("questions");
        if (QuestionRules.CheckShape(questions) is { } shape)
        {
            return MethodReply.Invalid($"invalid question.request params: {shape}");
        }

        foreach (JsonElement question in questions.EnumerateArray())
        {
            if (question.TryGetProperty("secretStore", out _))
            {
                // As there: only a run of the gateway's own may ask for what goes into its store of secrets.
                return MethodReply.Invalid(call.Connection.Grant!.IsAdmin
                    ? "secret store questions require trusted agent runtime authority"
                    : "secret store questions require an operator.admin client");
            }
        }

        string? agentId = call.Text("agentId");
        SessionKey? session = null;
        if (call.Has("sessionKey"))
        {
            // Whoever asks may be of an agent that is not configured any more: as there.
            if (!SessionKey.TryParse(call.Text("sessionKey"), agentId ?? _runtime.AgentsOf(call).Default.Id, out SessionKey key))
            {
                return MethodReply.Invalid("invalid session key");
            }

            (session, agentId) = (key, key.AgentId);
        }

        if (QuestionRules.Check(questions) is { } problem)
        {
            return MethodReply.Invalid(problem);
        }

        string? id = call.Text("id");
        TimeSpan? wait = call.Number("timeoutMs") is { } ms ? TimeSpan.FromMilliseconds(Math.Min(ms, int.MaxValue)) : null;
        return _board.Ask(questions, wait, id, (agentId, session?.Text, call.Text("runId"))) is not { } asked
            ? id is not null && _board.Find(id) is not null
                ? Failed($"question '{id}' already exists", "QUESTION_ID_IN_USE")
                : MethodReply.Fail(GatewayError.Unavailable($"{QuestionBoard.MaxPending} questions wait already: answer or cancel one.", 1000))
            : MethodReply.Object(json =>
            {
                json.WriteString("id"u8, asked.Id);
                json.WriteNumber("expiresAtMs"u8, asked.ExpiresAtMs);
            });
    }

    private MethodReply List()
    {
        IReadOnlyList<Question> pending = _board.Pending;
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("questions"u8);
            foreach (Question question in pending)
            {
                WriteRecord(json, question);
            }

            json.WriteEndArray();
        });
    }

    private MethodReply Get(MethodCall call) => _board.Find(call.Text("id")!) is not { } question
        ? Unknown(call)
        : MethodReply.Object(json =>
        {
            json.WritePropertyName("question"u8);
            WriteRecord(json, question);
        });

    private MethodReply Resolve(MethodCall call)
    {
        bool cancels = call.Flag("cancel");
        string? wrong = call.Text("id") is null ? "must have required property 'id'"
            : cancels && call.Has("answers") ? "at root: unexpected property 'cancel'; at root: unexpected property 'answers'"
            : cancels ? null
            : call.Has("cancel") ? "at /cancel: must be equal to constant"
            : !call.Has("answers") ? "must have required property 'answers'; must have required property 'cancel'"
            : null;
        if (wrong is not null)
        {
            return MethodReply.Invalid($"invalid question.resolve params: {wrong}; must match a schema in anyOf");
        }

        string id = call.Text("id")!;

        string? problem = null;
        JsonElement answers = default;
        if (!cancels && !TryReadAnswers(call.Params.GetProperty("answers"), out answers, out string? shape))
        {
            return MethodReply.Invalid(
                $"invalid question.resolve params: {shape}; must have required property 'cancel'; at root: unexpected property 'answers'; must match a schema in anyOf");
        }

        if (call.Has("secretStoreAllowedHosts") && _board.Find(id) is not null)
        {
            return MethodReply.Invalid("Secret store allowed hosts require a store-bound question.");
        }

        QuestionAnswer outcome = cancels
            ? _board.Cancel(id, call.Text("resolvedBy"))
            : _board.Answer(id, answers, call.Text("resolvedBy"), call.Text("resolutionId"), out problem);
        Question? question = _board.Find(id);
        return outcome switch
        {
            QuestionAnswer.Unfit => Failed(problem!, "QUESTION_INVALID_ANSWER"),
            QuestionAnswer.AlreadyEnded when question is not null => Failed($"question '{id}' is already {question.Status}", "QUESTION_ALREADY_TERMINAL"),
            QuestionAnswer.Applied when question is not null => MethodReply.Object(json => WriteEnd(json, question)),
            _ => Unknown(call),
        };
    }

    private async ValueTask<MethodReply> WaitAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (_board.Find(call.Text("id")!) is not { } question)
        {
            return Unknown(call);
        }

        try
        {
            TimeSpan wait = call.Number("timeoutMs") is { } given ? TimeSpan.FromMilliseconds(Math.Min(given, int.MaxValue)) : Timeout.InfiniteTimeSpan;
            await question.Ended.WaitAsync(wait, _runtime.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // it is pending so far
        }

        return MethodReply.Object(json =>
        {
            WriteEnd(json, question);
            if (call.Flag("includeResolutionId") && question.ResolutionId is { } resolution)
            {
                json.WriteString("resolutionId"u8, resolution);
            }
        });
    }

    // {"answers":{"color":["red"]}}
    private static bool TryReadAnswers(JsonElement holder, out JsonElement answers, out string? problem)
    {
        problem = null;
        if (!holder.TryGetProperty("answers", out answers) || answers.ValueKind != JsonValueKind.Object)
        {
            problem = "at /answers: must have required property 'answers'";
            return false;
        }

        foreach (JsonProperty answer in answers.EnumerateObject())
        {
            if (!IsTexts(answer.Value))
            {
                problem = $"at /answers/answers/{answer.Name}: must be array";
                return false;
            }
        }

        return true;
    }

    private static bool IsTexts(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteRecord(Utf8JsonWriter json, Question question)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, question.Id);
        json.WritePropertyName("questions"u8);
        question.Questions.WriteTo(json);
        PairingJson.WriteOptional(json, "agentId", question.AgentId);
        PairingJson.WriteOptional(json, "sessionKey", question.SessionKey);
        PairingJson.WriteOptional(json, "runId", question.RunId);
        json.WriteNumber("createdAtMs"u8, question.CreatedAtMs);
        json.WriteNumber("expiresAtMs"u8, question.ExpiresAtMs);
        WriteEnd(json, question);
        PairingJson.WriteOptional(json, "resolvedBy", question.ResolvedBy);
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, Question question)
    {
        json.WriteString("status"u8, question.Status);
        if (question.Answers is { } answers)
        {
            json.WritePropertyName("answers"u8);
            answers.WriteTo(json);
        }
    }

    private static MethodReply Unknown(MethodCall call) => Failed($"question '{call.Text("id")}' was not found", "QUESTION_NOT_FOUND");

    private static MethodReply Failed(string message, string reason) =>
        MethodReply.Fail(GatewayError.Invalid(message, json => json.WriteString("reason"u8, reason)));
}
