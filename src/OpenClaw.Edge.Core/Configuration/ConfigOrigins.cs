using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Puts back where values come from into a configuration that a page was shown and sends back whole: <c>${NAME}</c>,
/// <c>$include</c>, and what only the environment sets, which stays out of the file. What the page changed stays changed. One text, one
/// object.</summary>
public sealed class ConfigOrigins
{
    private readonly List<object> _path = [];
    private byte[] _text;
    private string? _error;

    private ConfigOrigins(byte[] text) => _text = text;

    /// <summary>Does it to plain JSON; JSON5 is left alone, because who writes comments edits the file's own text. False when what an included
    /// file holds was changed.</summary>
    /// <param name="text">What the client sent.</param>
    /// <param name="before">The file's text.</param>
    /// <param name="shown">The configuration that it was shown.</param>
    /// <param name="alone">The same without what the environment and the command line put over it.</param>
    /// <param name="kept">The text with its origins.</param>
    /// <param name="error">What is wrong, with the place.</param>
    public static bool TryKeep(
        byte[] text, byte[] before, ConfigSnapshot shown, ConfigSnapshot alone, [NotNullWhen(true)] out byte[]? kept, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(alone);
        (kept, error) = (text, null);
        before = before.Length == 0 ? "{}"u8.ToArray() : before;
        if (!IsPlain(text, out JsonDocument? sent) || !Json5Transcoder.TryTranscode(before, out Json5Document? file, out _))
        {
            return true;
        }
        using JsonDocument own = JsonDocument.Parse(file.Json);
        using JsonDocument redacted = JsonDocument.Parse(ConfigRedaction.Redact(shown.Json.Span));
        using JsonDocument resolved = JsonDocument.Parse(shown.Json);
        using JsonDocument bare = JsonDocument.Parse(alone.Json);
        using (sent)
        {
            if (JsonElement.DeepEquals(sent.RootElement, redacted.RootElement))
            {
                kept = before;
                return true;
            }
            var work = new ConfigOrigins(text);
            work.Keep(sent.RootElement, new Places(own.RootElement, redacted.RootElement, resolved.RootElement, bare.RootElement));
            (kept, error) = (work._error is null ? work._text : null, work._error);
            return work._error is null;
        }
    }

    private static bool IsPlain(byte[] text, [NotNullWhen(true)] out JsonDocument? document)
    {
        try
        {
            document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            document = null;
            return false;
        }
    }

    private void Keep(JsonElement sent, Places at)
    {
        bool untouched = at.Shown.ValueKind != JsonValueKind.Undefined && JsonElement.DeepEquals(sent, at.Shown);
        if (HasInclude(at.Own) && !HasInclude(sent))
        {
            if (untouched)
            {
                Set(at.Own);
            }
            else
            {
                string place = _path.Count == 0 ? "<root>" : ConfigSecrets.Text(_path);
                _error ??= $"Config write would flatten $include-owned config at {place}; edit that include file directly or remove the $include first.";
            }
        }
        else if (sent.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in sent.EnumerateObject())
            {
                Places below = at.Member(member.Name);
                _path.Add(member.Name);
                if (below.Bare.ValueKind == JsonValueKind.Undefined && below.Shown.ValueKind != JsonValueKind.Undefined
                    && JsonElement.DeepEquals(member.Value, below.Shown))
                {
                    Unset();
                }
                else
                {
                    Keep(member.Value, below);
                }
                _path.RemoveAt(_path.Count - 1);
            }
        }
        else if (sent.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in sent.EnumerateArray())
            {
                _path.Add(index);
                Keep(item, at.Item(item, index++));
                _path.RemoveAt(_path.Count - 1);
            }
        }
        else if (untouched && at.Own.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Array)
            && (at.Bare.ValueKind == JsonValueKind.Undefined || !JsonElement.DeepEquals(at.Bare, at.Resolved)
                || (at.Own.ValueKind == JsonValueKind.String && at.Own.GetString()!.Contains("${", StringComparison.Ordinal))))
        {
            Set(at.Own);
        }
    }

    private static bool HasInclude(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$include", out _);

    private void Set(JsonElement value)
    {
        if (Json5Editor.TrySet(_text, _path, value.GetRawText(), out byte[]? edited, out Json5Error? wrong))
        {
            _text = edited;
        }
        else
        {
            _error ??= wrong.ToString();
        }
    }

    private void Unset()
    {
        if (Json5Editor.TryUnset(_text, _path, out byte[]? edited, out _))
        {
            _text = edited;
        }
    }

    /// <summary>One place in the file, as it was shown, as it is, and as it is without the environment.</summary>
    private readonly record struct Places(JsonElement Own, JsonElement Shown, JsonElement Resolved, JsonElement Bare)
    {
        public Places Member(string name) => new(
            ConfigSecrets.Member(Own, name), ConfigSecrets.Member(Shown, name), ConfigSecrets.Member(Resolved, name), ConfigSecrets.Member(Bare, name));

        public Places Item(JsonElement wanted, int index) => new(
            ConfigSecrets.Item(Own, wanted, index), ConfigSecrets.Item(Shown, wanted, index),
            ConfigSecrets.Item(Resolved, wanted, index), ConfigSecrets.Item(Bare, wanted, index));
    }
}
