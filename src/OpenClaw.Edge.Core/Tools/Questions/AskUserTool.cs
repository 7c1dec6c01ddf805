using System.Buffers;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Tools;

/// <summary>Asks the person one to three questions and waits for the answers; name, arguments, limits and result as there. Main sessions
/// and others that a person talks in are offered it while somebody is connected who is shown questions; where nobody is, it says so at
/// once.</summary>
/// <param name="board">Where the questions wait.</param>
/// <param name="runOf">The run that is active in a session; null for none.</param>
public sealed class AskUserTool(QuestionBoard board, Func<SessionKey, string?> runOf) : ITool
{
    private const int MaxHeader = 12;
    private const int MaxLabel = 64;
    private const int DefaultSeconds = 900;

    // Sessions that no person reads along.
    private static readonly string[] s_background = ["cron:", "hook:", "heartbeat", "subagent:"];

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "ask_user",
        "Ask the user 1-3 questions with 2-4 options each and wait. Only for decisions that are the user's.",
        """{"type":"object","properties":{"questions":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"object","properties":{"id":{"type":"string","description":"snake_case"},"header":{"type":"string"},"question":{"type":"string"},"options":{"type":"array","minItems":2,"maxItems":4,"items":{"type":"object","properties":{"label":{"type":"string"},"description":{"type":"string"}},"required":["label"]}},"multiSelect":{"type":"boolean"}},"required":["id","header","question","options"]}},"timeoutSeconds":{"type":"integer"}},"required":["questions"]}"""u8.ToArray());

    /// <inheritdoc />
    public bool IsOffered(SessionKey session) => !IsBackground(session) && board.HasPeople();

    /// <inheritdoc />
    public string Title(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("questions", out JsonElement questions)
            && questions.ValueKind == JsonValueKind.Array && questions.GetArrayLength() > 0 && questions[0].ValueKind == JsonValueKind.Object
            && questions[0].TryGetProperty("header", out JsonElement header) && header.ValueKind == JsonValueKind.String
            ? $"ask {header.GetString()}"
            : "ask";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        SessionKey session = context.SessionKey;
        if (Canonical(arguments.GetProperty("questions"), out JsonElement questions) is { } problem)
        {
            return ToolResult.Error(problem);
        }

        if (IsBackground(session) || !board.HasPeople())
        {
            return NoAnswer("Nobody is connected who could answer");
        }

        int seconds = arguments.TryGetProperty("timeoutSeconds", out JsonElement wish) && wish.TryGetInt32(out int wished) ? wished : DefaultSeconds;
        Question? asked = null;
        bool taken = false;
        foreach (Question waiting in board.Pending)
        {
            taken |= waiting.SessionKey == session.Text;
        }

        if (!taken)
        {
            asked = board.Ask(questions, TimeSpan.FromSeconds(Math.Clamp(seconds, 30, 3600)), null, (session.AgentId, session.Text, runOf(session)));
        }

        if (asked is null)
        {
            return ToolResult.Error("a question is already pending for this session; wait for it to resolve before requesting another");
        }

        try
        {
            await asked.Ended.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            board.Cancel(asked.Id, "run");
            throw;
        }

        return asked.Answers is { } answers ? Answered(questions, answers)
            : NoAnswer(asked.Status == "cancelled" ? "The question was cancelled" : "No answer arrived");
    }

    private static bool IsBackground(SessionKey session) =>
        Array.Exists(s_background, prefix => session.Rest.StartsWith(prefix, StringComparison.Ordinal));

    private static ToolResult NoAnswer(string why) =>
        new($"{why}; proceed with best judgment.\n\n{{\n  \"status\": \"no_answer\"\n}}", Details: Parse("""{"status":"no_answer"}"""u8.ToArray()));

    private static ToolResult Answered(JsonElement questions, JsonElement answers)
    {
        StringBuilder text = new();
        JsonElement given = answers.GetProperty("answers");
        foreach (JsonElement question in questions.EnumerateArray())
        {
            text.Append(question.GetProperty("header").GetString()).Append(": ");
            int count = 0;
            foreach (JsonElement value in given.GetProperty(question.GetProperty("questionId").GetString()!).EnumerateArray())
            {
                text.Append(count++ > 0 ? ", " : "").Append(value.GetString());
            }

            text.Append('\n');
        }

        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "answered"u8);
            json.WritePropertyName("answers"u8);
            answers.WriteTo(json);
            json.WriteEndObject();
        }

        text.Append('\n').Append(Encoding.UTF8.GetString(buffer.WrittenSpan));
        return new ToolResult(text.ToString(), Details: Parse(buffer.WrittenMemory));
    }

    // As the board and its readers have them. What is wrong is said in words that a model can mend.
    private static string? Canonical(JsonElement given, out JsonElement questions)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (JsonElement question in given.EnumerateArray())
            {
                string header = Text(question, "header");
                json.WriteStartObject();
                json.WriteString("questionId"u8, Text(question, "id"));
                json.WriteString("header"u8, header.Length > MaxHeader ? header[..(char.IsHighSurrogate(header[MaxHeader - 1]) ? MaxHeader - 1 : MaxHeader)] : header);
                json.WriteString("question"u8, Text(question, "question"));
                json.WriteStartArray("options"u8);
                foreach (JsonElement option in question.GetProperty("options").EnumerateArray())
                {
                    string label = Text(option, "label");
                    if (label.Length is 0 or > MaxLabel)
                    {
                        questions = default;
                        return $"every option needs a label of at most {MaxLabel} characters";
                    }

                    json.WriteStartObject();
                    json.WriteString("label"u8, label);
                    if (Text(option, "description") is { Length: > 0 } description)
                    {
                        json.WriteString("description"u8, description);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                if (question.TryGetProperty("multiSelect", out JsonElement several) && several.ValueKind == JsonValueKind.True)
                {
                    json.WriteBoolean("multiSelect"u8, true);
                }

                json.WriteBoolean("isOther"u8, true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        questions = Parse(buffer.WrittenMemory);
        return QuestionRules.CheckShape(questions) ?? QuestionRules.Check(questions);
    }

    private static string Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";

    private static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8);
        return document.RootElement.Clone();
    }
}
