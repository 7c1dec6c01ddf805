using System.Buffers;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Tools;

/// <summary>What questions and their answers may be. Texts are the original's.</summary>
public static class QuestionRules
{
    private const int MaxQuestions = 3;
    private const int MaxOptions = 4;

    private static readonly ParamSchema s_question = ParamSchema.Parse(
        "questionId!:str header!:str(12) question!:str1 url:str1(2048) options!:arr multiSelect:bool isOther:bool isSecret:bool secretStore:obj");

    private static readonly ParamSchema s_option = ParamSchema.Parse("label!:str1 description:str");

    private static readonly ParamSchema s_store = ParamSchema.Parse("name!:str1(128) kind!:secret|env allowedHosts:strs reason:str(200)");

    /// <summary>What is wrong with the shape of questions; null when nothing. Never throws on input.</summary>
    /// <param name="questions">The member <c>questions</c>.</param>
    public static string? CheckShape(JsonElement questions)
    {
        if (questions.ValueKind != JsonValueKind.Array)
        {
            return "at /questions: must be array";
        }

        if (questions.GetArrayLength() is 0 or > MaxQuestions)
        {
            return questions.GetArrayLength() == 0
                ? "at /questions: must not have fewer than 1 items"
                : $"at /questions: must not have more than {MaxQuestions} items";
        }

        int index = 0;
        foreach (JsonElement question in questions.EnumerateArray())
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"/questions/{index++}");
            if (s_question.Check(question) is { } problem)
            {
                return Under(at, problem);
            }

            if (!IsId(question.GetProperty("questionId").GetString()!))
            {
                return $"at {at}/questionId: must match pattern \"^[a-z][a-z0-9_]*$\"";
            }

            if (question.TryGetProperty("secretStore", out JsonElement store)
                && (s_store.Check(store) ?? (IsVariable(store.GetProperty("name").GetString()!) ? null : "at /name: must match pattern \"^[A-Z][A-Z0-9_]{0,127}$\"")) is { } binding)
            {
                return Under($"{at}/secretStore", binding);
            }

            JsonElement options = question.GetProperty("options");
            if (options.GetArrayLength() > MaxOptions)
            {
                return $"at {at}/options: must not have more than {MaxOptions} items";
            }

            int option = 0;
            foreach (JsonElement item in options.EnumerateArray())
            {
                if (s_option.Check(item) is { } wrong)
                {
                    return Under(string.Create(CultureInfo.InvariantCulture, $"{at}/options/{option}"), wrong);
                }

                option++;
            }
        }

        return null;
    }

    private static bool IsVariable(string name) =>
        name.Length <= 128 && char.IsAsciiLetterUpper(name[0]) && name.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_');

    /// <summary>What is wrong with questions whose shape is right; null when nothing.</summary>
    public static string? Check(JsonElement questions)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (JsonElement question in questions.EnumerateArray())
        {
            string id = question.GetProperty("questionId").GetString()!;
            if (!ids.Add(id))
            {
                return $"duplicate question id '{id}'";
            }

            if (question.TryGetProperty("url", out JsonElement url) && !IsPage(url.GetString()!))
            {
                return $"question '{id}' requires an absolute HTTP(S) URL without credentials";
            }

            if (question.GetProperty("options").GetArrayLength() == 1)
            {
                return $"question '{id}' must have either no options or 2 to 4 options";
            }

            if (Is(question, "isSecret"))
            {
                return $"question '{id}': secret questions are not supported yet";
            }

            HashSet<string> labels = new(StringComparer.OrdinalIgnoreCase);
            foreach (JsonElement option in question.GetProperty("options").EnumerateArray())
            {
                string label = option.GetProperty("label").GetString()!;
                if (!labels.Add(label.Trim()))
                {
                    return $"question '{id}' has duplicate option label '{label}'";
                }
            }
        }

        return null;
    }

    /// <summary>Judges answers and spells them as the questions do.</summary>
    /// <param name="questions">Questions that passed <see cref="Check"/>.</param>
    /// <param name="answers">An object of lists of texts.</param>
    /// <param name="canonical"><c>{"answers":{…}}</c> in the order of the questions.</param>
    /// <returns>What is wrong; null when nothing.</returns>
    internal static string? Read(JsonElement questions, JsonElement answers, out JsonElement canonical)
    {
        canonical = default;
        foreach (JsonProperty given in answers.EnumerateObject())
        {
            if (!Has(questions, given.Name))
            {
                return $"question '{given.Name}' is not part of this request";
            }
        }

        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("answers"u8);
            foreach (JsonElement question in questions.EnumerateArray())
            {
                string id = question.GetProperty("questionId").GetString()!;
                if (ReadOne(question, answers.TryGetProperty(id, out JsonElement values) ? values : default, json, id) is { } problem)
                {
                    return $"question '{id}' {problem}";
                }
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        canonical = document.RootElement.Clone();
        return null;
    }

    private static string? ReadOne(JsonElement question, JsonElement values, Utf8JsonWriter json, string id)
    {
        if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() == 0)
        {
            return "requires an answer";
        }

        if (values.GetArrayLength() > 1 && !Is(question, "multiSelect"))
        {
            return "does not allow multiple answers";
        }

        JsonElement options = question.GetProperty("options");
        json.WriteStartArray(id);
        foreach (JsonElement value in values.EnumerateArray())
        {
            string text = value.GetString()!.Trim();
            if (text.Length == 0)
            {
                return "contains an empty answer";
            }

            string? label = null;
            foreach (JsonElement option in options.EnumerateArray())
            {
                string offered = option.GetProperty("label").GetString()!;
                label ??= offered.Trim() == text ? offered : null;
            }

            if (label is null && options.GetArrayLength() > 0 && !Is(question, "isOther"))
            {
                return "contains an unknown option";
            }

            json.WriteStringValue(label ?? text);
        }

        json.WriteEndArray();
        return null;
    }

    private static bool Has(JsonElement questions, string id)
    {
        foreach (JsonElement question in questions.EnumerateArray())
        {
            if (question.GetProperty("questionId").ValueEquals(id))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(JsonElement question, string member) =>
        question.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static bool IsPage(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;

    private static bool IsId(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!(char.IsAsciiLetterLower(text[i]) || (i > 0 && (char.IsAsciiDigit(text[i]) || text[i] == '_'))))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    // "at /header: …" of a question is "at /questions/0/header: …" of the call.
    private static string Under(string at, string problem) =>
        problem.StartsWith("at /", StringComparison.Ordinal) ? $"at {at}{problem[3..]}"
        : problem.StartsWith("at root: ", StringComparison.Ordinal) ? $"at {at}: {problem[9..]}"
        : $"at {at}: {problem}";
}
