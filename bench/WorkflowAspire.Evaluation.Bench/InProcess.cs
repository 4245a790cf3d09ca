using System.Globalization;
using System.Text;
using System.Text.Json;
using Jint;

namespace WorkflowAspire.Evaluation.Bench;

/// <summary>What an expression costs in the process itself, as it was evaluated before there were evaluators: an engine of its own, text in and text out.</summary>
internal sealed class InProcess
{
    private static readonly Prepared<Acornima.Ast.Script> Guards = Engine.PrepareScript(
        """
        (() => {
          const limit = 5000000;
          const guard = (owner, name, size) => {
            const original = owner[name];
            Object.defineProperty(owner, name, { value: function (...given) {
              if (size(this, given) > limit) throw new RangeError(`${name} would give a text of more than ${limit} characters`);
              return original.apply(this, given);
            }, writable: false, configurable: false });
          };
          const times = (text, by) => String(text).length * Math.max(1, Number(by) || 0);
          const replaced = (text, [pattern, by]) => typeof by === 'function' ? 0
            : (String(text).length + 1) * String(by).length * (String(by).includes('$') ? String(text).length + 1 : 1);
          guard(String.prototype, 'repeat', (text, [count]) => times(text, count));
          guard(String.prototype, 'padStart', (text, [length]) => Number(length) || 0);
          guard(String.prototype, 'padEnd', (text, [length]) => Number(length) || 0);
          guard(String.prototype, 'replaceAll', replaced);
          guard(String.prototype, 'replace', (text, given) => given[0] instanceof RegExp && given[0].global ? replaced(text, given) : 0);
          guard(Array.prototype, 'join', (list, [separator]) => (list.length || 0) * (separator === undefined ? 1 : String(separator).length));
        })();
        for (const name of ['ArrayBuffer', 'SharedArrayBuffer', 'Atomics', 'DataView', 'WeakRef', 'FinalizationRegistry', 'Int8Array', 'Uint8Array',
          'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'])
          delete globalThis[name];
        """);

    private static readonly Prepared<Acornima.Ast.Script> OnlyDeterministic = Engine.PrepareScript(
        "delete globalThis.Date; delete globalThis.Temporal; delete globalThis.Intl; delete Math.random;");

    private readonly Prepared<Acornima.Ast.Script> _script;

    public InProcess(string expression) => _script = Engine.PrepareScript(
        $$"""
        (() => {
          const { input, steps, run, item, index } = JSON.parse(variables);
          delete globalThis.variables;
          const stringify = JSON.stringify;
          const value = ({{expression}}
        );
          if (value instanceof Promise) throw new TypeError('it gives a promise; await and async are not available here');
          return value === undefined ? 'null' : stringify(value);
        })()
        """,
        strict: true);

    public JsonElement Evaluate(JsonElement input, JsonElement run, Dictionary<string, JsonElement> steps)
    {
        using var engine = new Engine(sandbox =>
        {
            sandbox.Strict().DisableStringCompilation().Culture(CultureInfo.InvariantCulture).LocalTimeZone(TimeZoneInfo.Utc)
                .TimeoutInterval(TimeSpan.FromSeconds(1)).LimitMemory(64_000_000).MaxStatements(1_000_000).LimitRecursion(64)
                .MaxArraySize(1_000_000).RegexTimeoutInterval(TimeSpan.FromSeconds(1)).CancellationToken(CancellationToken.None);
            sandbox.AgentCanSuspend = false;
        });
        engine.Execute(Guards);
        engine.Execute(OnlyDeterministic);
        engine.SetValue("variables", Text(input, run, steps));
        return JsonElement.Parse(engine.Evaluate(_script).AsString());
    }

    private static string Text(JsonElement input, JsonElement run, Dictionary<string, JsonElement> steps)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName("input");
            input.WriteTo(json);
            json.WritePropertyName("run");
            run.WriteTo(json);
            json.WriteStartObject("steps");
            foreach (var (id, output) in steps)
            {
                json.WritePropertyName(id);
                output.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
