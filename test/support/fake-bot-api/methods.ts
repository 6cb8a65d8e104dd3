import { z } from 'zod';
import { meOf } from './bot.ts';
import { reachable } from './conversation.ts';
import { jsonParam } from './params.ts';
import { endPoll, webhookCame } from './polls.ts';
import { Refusal } from './refusal.ts';
import {
  deleteMessage,
  editMessageReplyMarkup,
  editMessageText,
  parse,
  sendDocument,
  sendMessage,
  type MethodContext,
} from './sending.ts';

/** What a bot may download again. */
const mostDownload = 20 * 1024 * 1024;

const language = z.string().max(2).default('');
const Command = z.object({ command: z.string().regex(/^[a-z0-9_]{1,32}$/), description: z.string().min(1).max(256) });
const Commands = z.object({
  language_code: language,
  commands: z.preprocess(jsonParam, z.array(z.object({ command: z.string(), description: z.string() })).max(100)),
});
const CallbackAnswer = z.object({
  callback_query_id: z.string(),
  text: z.string().max(200).default(''),
  show_alert: z.coerce.boolean().default(false),
});

/** Every method that the fake knows, but for `getUpdates`. */
export const methods: Readonly<Record<string, (context: MethodContext) => unknown>> = {
  getMe: ({ bot }) => meOf(bot),
  getWebhookInfo: ({ bot }) => ({
    url: bot.webhook,
    has_custom_certificate: false,
    pending_update_count: bot.updates.length,
  }),
  setWebhook,
  deleteWebhook: (context) => {
    context.bot.webhook = '';
    const { drop_pending_updates: isDropped } = parse(
      z.object({ drop_pending_updates: z.coerce.boolean() }).partial(),
      context.params,
    );
    if (isDropped === true) context.bot.updates = [];
    return true;
  },
  setMyCommands,
  getMyCommands: ({ bot, params }) =>
    bot.commands.get(parse(z.object({ language_code: language }), params).language_code) ?? [],
  deleteMyCommands: ({ bot, params }) => {
    bot.commands.delete(parse(z.object({ language_code: language }), params).language_code);
    return true;
  },
  sendMessage,
  sendDocument,
  editMessageText,
  editMessageReplyMarkup,
  deleteMessage,
  answerCallbackQuery,
  getFile,
  getChat: ({ bot, params }) => {
    const { id, type, name } = reachable(bot, parse(z.object({ chat_id: z.coerce.number() }), params).chat_id);
    return { id, type, first_name: name };
  },
  sendChatAction: ({ bot, params }) =>
    reachable(bot, parse(z.object({ chat_id: z.coerce.number() }), params).chat_id) !== null,
};

function setWebhook({ bot, params }: MethodContext): true {
  const { url } = parse(z.object({ url: z.string() }), params);
  if (url !== '' && !url.startsWith('https://')) {
    throw new Refusal(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook');
  }
  bot.webhook = url;
  endPoll(bot, webhookCame);
  return true;
}

function setMyCommands({ bot, params }: MethodContext): true {
  const { language_code: code, commands } = parse(Commands, params);
  if (!commands.every((command) => Command.safeParse(command).success)) {
    throw new Refusal(400, 'Bad Request: BOT_COMMAND_INVALID');
  }
  bot.commands.set(code, commands);
  return true;
}

/** Each can be answered once. */
function answerCallbackQuery({ bot, params }: MethodContext): true {
  const { callback_query_id: id, text, show_alert: isAlert } = parse(CallbackAnswer, params);
  const answer = bot.callbacks.get(id);
  if (answer === undefined) {
    throw new Refusal(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid');
  }
  bot.callbacks.delete(id);
  answer({ text, isAlert });
  return true;
}

function getFile({ bot, params }: MethodContext): object {
  const { file_id: id } = parse(z.object({ file_id: z.string() }), params);
  const file = bot.files.get(id);
  if (file === undefined) throw new Refusal(400, 'Bad Request: invalid file_id');
  if (file.bytes.length > mostDownload) throw new Refusal(400, 'Bad Request: file is too big');
  return { file_id: id, file_unique_id: `u-${id}`, file_size: file.bytes.length, file_path: file.path };
}
