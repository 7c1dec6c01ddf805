using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>What one member of a method's params may be.</summary>
internal sealed class ParamRule
{
    private string _type = "any";
    private string[] _choices = [];
    private bool _nullable;
    private bool _union;
    private long _min = long.MinValue;
    private long _max = long.MaxValue;

    private ParamRule(string name, bool required)
    {
        Name = name;
        Required = required;
    }

    /// <summary>Member name.</summary>
    public string Name { get; }

    /// <summary>Whether it must be there.</summary>
    public bool Required { get; }

    /// <summary>Reads one word of the notation.</summary>
    public static ParamRule Parse(string word)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        string name = word[..colon];
        string type = word[(colon + 1)..];
        var rule = new ParamRule(name.TrimEnd('!'), name.EndsWith('!')) { _nullable = type.EndsWith('?') };
        type = type.TrimEnd('?');
        rule._union = type[0] == '=';
        type = type.TrimStart('=');
        if (type[0] == '[')
        {
            int end = type.IndexOf(']', StringComparison.Ordinal);
            rule._type = "list";
            (rule._min, rule._max) = (1, long.Parse(type.AsSpan(1, end - 1), CultureInfo.InvariantCulture));
            rule._choices = type[(end + 1)..].Split('|');
            return rule;
        }

        if (type.Contains('|', StringComparison.Ordinal))
        {
            rule._type = rule._union ? "anyOf" : "enum";
            rule._choices = type.Split('|');
            return rule;
        }

        int bracket = type.IndexOf('(', StringComparison.Ordinal);
        rule._type = bracket < 0 ? type : type[..bracket];
        if (bracket >= 0)
        {
            string[] limits = type[(bracket + 1)..^1].Split("..");
            rule._min = limits.Length == 2 && limits[0].Length > 0
                ? long.Parse(limits[0], CultureInfo.InvariantCulture)
                : rule._min;
            rule._max = limits[^1].Length > 0 ? long.Parse(limits[^1], CultureInfo.InvariantCulture) : rule._max;
        }

        return rule;
    }

    /// <summary>How many problems the original counts for one of this member: each way that a union may be, and the union.</summary>
    public int Weight => _type is "anyOf" or "list" ? _choices.Length + 1 : _union ? 3 : 1;

    /// <summary>What is wrong with a value; null when nothing. What begins with a slash is about a part of it.</summary>
    public string? Check(JsonElement value)
    {
        if (_nullable && value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        string? problem = _type switch
        {
            "str" or "str1" => CheckText(value),
            "int" => CheckInteger(value),
            "bool" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "must be boolean",
            "arr" or "strs" => CheckArray(value),
            "obj" => value.ValueKind == JsonValueKind.Object ? null : "must be object",
            "enum" => IsChoice(value) ? null : "must be equal to one of the allowed values",
            "anyOf" => IsChoice(value) ? null : $"must be equal to constant; at /{Name}: must match a schema in anyOf",
            "list" => CheckArray(value) ?? CheckItems(value),
            _ => null,
        };
        return _nullable && _union && problem is not null ? $"{problem}; at /{Name}: must be null; at /{Name}: must match a schema in anyOf" : problem;
    }

    private string? CheckItems(JsonElement value)
    {
        int at = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (!IsChoice(item))
            {
                string place = string.Create(CultureInfo.InvariantCulture, $"/{at}");
                return $"{place}: must be equal to constant; at /{Name}{place}: must match a schema in anyOf";
            }

            at++;
        }

        return at > _max ? TooMany() : null;
    }

    private string TooMany() => $"must not have more than {_max} items";

    private bool IsChoice(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && _choices.Contains(value.GetString(), StringComparer.Ordinal);

    private string? CheckText(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return "must be string";
        }

        int length = value.GetString()!.Length;
        if (_type == "str1" && length == 0)
        {
            return "must not have fewer than 1 characters";
        }

        return length > _max ? $"must not have more than {_max} characters" : null;
    }

    private string? CheckInteger(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !IsWhole(value, out long number))
        {
            return "must be integer";
        }

        if (number < _min)
        {
            return $"must be >= {_min}";
        }

        return number > _max ? $"must be <= {_max}" : null;
    }

    private string? CheckArray(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return "must be array";
        }

        if (_type == "strs")
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.String)
                {
                    return "must be array of strings";
                }
            }
        }

        int items = value.GetArrayLength();
        return _min != long.MinValue && items < _min ? $"must not have fewer than {_min} items"
            : _type != "list" && items > _max ? TooMany() : null; // a list tells of its words first
    }

    // 5.0 is an integer in JSON Schema.
    private static bool IsWhole(JsonElement value, out long number)
    {
        if (value.TryGetInt64(out number))
        {
            return true;
        }

        if (value.TryGetDouble(out double real) && double.IsInteger(real) && Math.Abs(real) < 9e15)
        {
            number = (long)real;
            return true;
        }

        return false;
    }
}
