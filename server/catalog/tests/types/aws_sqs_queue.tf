resource "aws_sqs_queue" "emails" {
  name = "emails"
}

resource "aws_lambda_function" "mailer" {
  function_name = "mailer"
  handler       = "index.handler"
  runtime       = "nodejs20.x"
}

resource "aws_lambda_event_source_mapping" "mailer" {
  event_source_arn = aws_sqs_queue.emails.arn
  function_name    = aws_lambda_function.mailer.arn
}

# => aws_lambda_function.mailer serverless 1/1 region
# => aws_sqs_queue.emails queue 1/1 region
# => aws_lambda_function.mailer -requires/certain-> aws_sqs_queue.emails
# =>     aws_lambda_event_source_mapping.mailer feeds aws_lambda_function.mailer
# =>     aws_lambda_event_source_mapping.mailer reads from aws_sqs_queue.emails
